package main

import (
	"errors"
	"fmt"
	"strings"

	faktory "github.com/contribsys/faktory/client"
	"millrace.test/compat/part"
)

// batchProgram begins batches over one connection, and runs their jobs one after another.
type batchProgram struct {
	client *faktory.Client
}

// batches does all that the harness wants to see of batches; ../../batches.ts has what it has to be.
func batches() error {
	client, err := faktory.Open()
	if err != nil {
		return err
	}
	program := batchProgram{client}
	return errors.Join(program.play(), client.Close())
}

func (program batchProgram) play() error {
	steps := []func() error{
		program.lookAtServer,
		program.callBoth,
		program.callEmpty,
		program.nest,
		program.openFromWithin,
		program.failOnce,
		program.pushMany,
		program.findNone,
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (program batchProgram) lookAtServer() error {
	state, err := program.client.CurrentState()
	if err != nil {
		return err
	}
	see("takes the server for an Enterprise", part.Event{
		"isEnterprise": strings.Contains(state.Server.Description, "Enterprise"),
	})
	return nil
}

func (program batchProgram) callBoth() error {
	batch := program.withCallbacks("three jobs")
	if _, err := program.client.BatchNew(batch); err != nil {
		return err
	}
	for number := range 3 {
		if err := batch.Push(newJob("Steady", number)); err != nil {
			return err
		}
	}
	status, err := program.client.BatchStatus(batch.Bid)
	if err != nil {
		return err
	}
	see("counts the jobs of a batch before its commit", part.Event{
		"status":      counts(status),
		"description": status.Description,
		"hasParent":   status.ParentBid != "",
	})

	if _, err := program.runAll(3, nil); err != nil {
		return err
	}
	next, err := program.client.Fetch(part.Batches)
	if err != nil {
		return err
	}
	before, err := program.counts(batch.Bid)
	if err != nil {
		return err
	}
	see("sees nothing called before the commit", part.Event{
		"status":       before,
		"isQueueEmpty": next == nil,
	})

	if err := batch.Commit(); err != nil {
		return err
	}
	seen := part.Event{}
	if seen["atCommit"], err = program.states(batch.Bid); err != nil {
		return err
	}
	if seen["first"], err = program.runCallback(batch.Bid); err != nil {
		return err
	}
	if seen["afterFirst"], err = program.states(batch.Bid); err != nil {
		return err
	}
	if seen["second"], err = program.runCallback(batch.Bid); err != nil {
		return err
	}
	if seen["atEnd"], err = program.states(batch.Bid); err != nil {
		return err
	}
	see("sees complete called at the commit, and success behind it", seen)
	return program.openAgain(batch.Bid)
}

func (program batchProgram) openAgain(bid string) error {
	batch, err := program.client.BatchOpen(bid)
	if err != nil {
		return err
	}
	err = batch.Jobs(func() error { return batch.Push(newJob("Late")) })
	if err != nil {
		return err
	}
	order, err := program.runAll(all, nil)
	if err != nil {
		return err
	}
	status, err := program.counts(bid)
	see("opens a batch that has ended, and nothing is called again", part.Event{
		"order":  order,
		"status": status,
	})
	return err
}

func (program batchProgram) callEmpty() error {
	batch := program.withCallbacks("empty")
	if err := batch.Jobs(func() error { return nil }); err != nil {
		return err
	}
	atCommit, err := program.states(batch.Bid)
	if err != nil {
		return err
	}
	order, err := program.runAll(2, nil)
	if err != nil {
		return err
	}
	status, err := program.counts(batch.Bid)
	see("sees an empty batch called at the commit", part.Event{
		"atCommit": atCommit,
		"order":    order,
		"status":   status,
	})
	return err
}

// nest makes three batches, each in the one before, and commits them from the inside out.
func (program batchProgram) nest() error {
	names := []string{"Outer", "Inner", "Innermost"}
	jobs := []int{1, 2, 1}
	batches := []*faktory.Batch{}
	parent := ""
	for level, name := range names {
		batch := faktory.NewBatch(program.client)
		batch.ParentBid = parent
		batch.Success = newJob(name + "Done")
		if _, err := program.client.BatchNew(batch); err != nil {
			return err
		}
		for range jobs[level] {
			if err := batch.Push(newJob(name)); err != nil {
				return err
			}
		}
		batches = append(batches, batch)
		parent = batch.Bid
	}
	totals, parents := []int64{}, []bool{}
	for level := range batches {
		status, err := program.client.BatchStatus(batches[level].Bid)
		if err != nil {
			return err
		}
		totals = append(totals, status.Total)
		parents = append(parents, level > 0 && status.ParentBid == batches[level-1].Bid)
	}
	for level := len(batches) - 1; level >= 0; level-- {
		if err := batches[level].Commit(); err != nil {
			return err
		}
	}
	order, err := program.runAll(7, nil)
	see("puts batches into batches, which are called from the inside out", part.Event{
		"totals":  totals,
		"parents": parents,
		"order":   order,
	})
	return err
}

func (program batchProgram) openFromWithin() error {
	batch := faktory.NewBatch(program.client)
	batch.Success = newJob("Succeeded")
	err := batch.Jobs(func() error { return batch.Push(newJob("Opener")) })
	if err != nil {
		return err
	}
	order, err := program.runAll(3, func(job *faktory.Job) error {
		if job.Type != "Opener" {
			return nil
		}
		bid, _ := job.GetCustom("bid")
		opened, err := program.client.BatchOpen(fmt.Sprint(bid))
		if err != nil {
			return err
		}
		return opened.Jobs(func() error { return opened.Push(newJob("Added")) })
	})
	if err != nil {
		return err
	}
	status, err := program.counts(batch.Bid)
	see("opens a batch from within one of its jobs", part.Event{"order": order, "status": status})
	return err
}

func (program batchProgram) failOnce() error {
	batch := program.withCallbacks("one fails")
	err := batch.Jobs(func() error {
		return errors.Join(batch.Push(newJob("Steady")), batch.Push(newJob("Flaky")))
	})
	if err != nil {
		return err
	}
	first, err := program.runAll(1, nil)
	if err != nil {
		return err
	}
	flaky, err := program.client.Fetch(part.Batches)
	if err != nil {
		return err
	}
	if flaky == nil {
		return errors.New("the second job is not there")
	}
	if err := program.client.Fail(flaky.Jid, part.ErrFirstAttempt, nil); err != nil {
		return err
	}
	order := append(first, flaky.Type)
	atFailure, err := program.counts(batch.Bid)
	if err != nil {
		return err
	}
	completed, err := program.runAll(1, nil)
	if err != nil {
		return err
	}
	if err := program.client.Requeue(faktory.Retries, faktory.OfType("Flaky")); err != nil {
		return err
	}
	rest, err := program.runAll(2, nil)
	if err != nil {
		return err
	}
	status, err := program.counts(batch.Bid)
	see("sees a job of a batch fail, and be done later", part.Event{
		"atFailure": atFailure,
		"order":     append(append(order, completed...), rest...),
		"status":    status,
	})
	return err
}

func (program batchProgram) pushMany() error {
	batch := faktory.NewBatch(program.client)
	batch.Success = newJob("Succeeded")
	if _, err := program.client.BatchNew(batch); err != nil {
		return err
	}
	jobs := []*faktory.Job{}
	for number := range 100 {
		jobs = append(jobs, newJob("Steady", number))
	}
	refused, err := batch.PushBulk(jobs)
	if err != nil {
		return err
	}
	if len(refused) > 0 {
		return fmt.Errorf("refused: %v", refused)
	}
	status, err := program.counts(batch.Bid)
	if err != nil {
		return err
	}
	if err := batch.Commit(); err != nil {
		return err
	}
	ran, err := program.runAll(101, nil)
	see("pushes 100 jobs into a batch at once", part.Event{"status": status, "ran": len(ran)})
	return err
}

func (program batchProgram) findNone() error {
	_, err := program.client.BatchOpen("b-00000000000000")
	isRefused := err != nil && strings.Contains(err.Error(), "No such batch")
	see("is told of a batch that is not there", part.Event{"isRefused": isRefused})
	return nil
}

// all is so many jobs that runAll goes on until the queue is empty.
const all = 1_000

// runAll runs jobs, so many or until there is none, and returns their types.
func (program batchProgram) runAll(count int, work func(job *faktory.Job) error) ([]string, error) {
	types := []string{}
	for range count {
		job, err := program.client.Fetch(part.Batches)
		if err != nil {
			return types, err
		}
		if job == nil {
			return types, nil
		}
		types = append(types, job.Type)
		if work != nil {
			if err := work(job); err != nil {
				return types, err
			}
		}
		if err := program.client.Ack(job.Jid); err != nil {
			return types, err
		}
	}
	return types, nil
}

// runCallback runs the next job, and tells what a callback knows of its batch.
func (program batchProgram) runCallback(bid string) (part.Event, error) {
	var seen part.Event
	_, err := program.runAll(1, func(job *faktory.Job) error {
		kind, _ := job.GetCustom("_cb")
		of, _ := job.GetCustom("_bid")
		_, isMember := job.GetCustom("bid")
		seen = part.Event{
			"type":      job.Type,
			"kind":      kind,
			"isOfBatch": of == bid,
			"isMember":  isMember,
		}
		return nil
	})
	return seen, err
}

func (program batchProgram) withCallbacks(description string) *faktory.Batch {
	batch := faktory.NewBatch(program.client)
	batch.Description = description
	batch.Complete = newJob("Completed")
	batch.Success = newJob("Succeeded")
	return batch
}

func (program batchProgram) counts(bid string) (part.Event, error) {
	status, err := program.client.BatchStatus(bid)
	if err != nil {
		return nil, err
	}
	return counts(status), nil
}

func (program batchProgram) states(bid string) ([]string, error) {
	status, err := program.client.BatchStatus(bid)
	if err != nil {
		return nil, err
	}
	return []string{status.CompleteState, status.SuccessState}, nil
}

func counts(status *faktory.BatchStatus) part.Event {
	return part.Event{
		"total":    status.Total,
		"pending":  status.Pending,
		"failed":   status.Failed,
		"complete": status.CompleteState,
		"success":  status.SuccessState,
	}
}

func newJob(jobtype string, args ...any) *faktory.Job {
	job := faktory.NewJob(jobtype, args...)
	job.Queue = part.Batches
	if job.Args == nil {
		job.Args = []any{}
	}
	return job
}

// see tells the harness what came of a check.
func see(check string, seen part.Event) {
	part.Say(part.Event{"event": "batch", "check": check, "seen": seen})
}
