package main

import (
	"context"
	"errors"
	"sync"

	faktory "github.com/contribsys/faktory/client"
	runner "github.com/contribsys/faktory_worker_go"
	"millrace.test/compat/part"
)

// callbacks is what the complete and the success of the batch, and a job that is in none, have seen.
type callbacks struct {
	mutex    sync.Mutex
	order    []string
	bids     []string
	isMember bool
}

// batches has a job of a batch push another one into it; ../../batches.ts has what is to be seen.
func batches() error {
	seen := &callbacks{}
	var ofMember string
	var ofNone error
	running, stop := context.WithCancel(context.Background())
	defer stop()
	manager := runner.NewManager()
	manager.Concurrency = 1
	manager.ProcessStrictPriorityQueues(part.Batches)
	manager.Register("Alone", func(ctx context.Context, _ ...any) error {
		ofNone = runner.HelperFor(ctx).Batch(func(*faktory.Batch) error { return nil })
		return nil
	})
	manager.Register("Opener", func(ctx context.Context, _ ...any) error {
		helper := runner.HelperFor(ctx)
		seen.note("Opener")
		ofMember = helper.Bid()
		return helper.Batch(func(batch *faktory.Batch) error { return batch.Push(newJob("Added")) })
	})
	manager.Register("Added", func(context.Context, ...any) error {
		seen.note("Added")
		return nil
	})
	manager.Register("Completed", func(ctx context.Context, _ ...any) error {
		seen.noteCallback("Completed", runner.HelperFor(ctx))
		return nil
	})
	manager.Register("Succeeded", func(ctx context.Context, _ ...any) error {
		seen.noteCallback("Succeeded", runner.HelperFor(ctx))
		stop()
		return nil
	})

	client, err := faktory.Open()
	if err != nil {
		return err
	}
	batch := faktory.NewBatch(client)
	batch.Complete = newJob("Completed")
	batch.Success = newJob("Succeeded")
	err = errors.Join(
		client.Push(newJob("Alone")),
		batch.Jobs(func() error { return batch.Push(newJob("Opener")) }),
	)
	bid := batch.Bid
	if err := errors.Join(err, client.Close()); err != nil {
		return err
	}
	if err := manager.RunWithContext(running); err != nil {
		return err
	}

	told := ""
	if ofNone != nil {
		told = ofNone.Error()
	}
	part.Say(part.Event{
		"event": "batch",
		"check": "opens a batch from within one of its jobs, which need not commit it",
		"seen": part.Event{
			"order":               seen.order,
			"memberKnowsBatch":    ofMember == bid,
			"callbacksKnowBatch":  len(seen.bids) == 2 && seen.bids[0] == bid && seen.bids[1] == bid,
			"callbacksAreMembers": seen.isMember,
			"outsideOfBatch":      told,
		},
	})
	return nil
}

func (seen *callbacks) note(jobtype string) {
	seen.mutex.Lock()
	defer seen.mutex.Unlock()
	seen.order = append(seen.order, jobtype)
}

func (seen *callbacks) noteCallback(jobtype string, helper runner.Helper) {
	seen.note(jobtype)
	seen.mutex.Lock()
	defer seen.mutex.Unlock()
	seen.bids = append(seen.bids, helper.CallbackBid())
	seen.isMember = seen.isMember || helper.Bid() != ""
}

func newJob(jobtype string) *faktory.Job {
	job := faktory.NewJob(jobtype)
	job.Queue = part.Batches
	job.Args = []any{}
	return job
}
