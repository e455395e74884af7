// Command client plays its part in the compatibility suite with the package
// github.com/contribsys/faktory/client alone. That package has no worker, so this one fetches,
// beats and obeys by itself.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	faktory "github.com/contribsys/faktory/client"
	"millrace.test/compat/part"
)

const beatEvery = 5 * time.Second

type worker struct {
	pool    *faktory.Pool
	queues  []string
	jobs    part.Jobs
	isQuiet atomic.Bool
}

func main() {
	part.Play(work, batches)
}

func work(queues []string) error {
	faktory.RandomProcessWid = faktory.RandomJid()
	pool, err := faktory.NewPool(part.AtOnce + 1)
	if err != nil {
		return err
	}
	defer pool.Close()
	running, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	worker := worker{pool: pool, queues: queues}
	part.Say(part.Event{"event": "working", "wid": faktory.RandomProcessWid})

	failures := make(chan error, part.AtOnce)
	var runners sync.WaitGroup
	for range part.AtOnce {
		runners.Go(func() {
			if err := worker.runJobs(running); err != nil {
				failures <- err
				stop()
			}
		})
	}
	err = worker.beat(running)
	stop()
	runners.Wait()
	close(failures)
	for failure := range failures {
		err = errors.Join(err, failure)
	}
	return err
}

// runJobs runs jobs, one after another, until the worker is to be quiet or to stop.
func (worker *worker) runJobs(running context.Context) error {
	for running.Err() == nil && !worker.isQuiet.Load() {
		if err := worker.pool.With(worker.runJob); err != nil {
			return err
		}
	}
	return nil
}

func (worker *worker) runJob(client *faktory.Client) error {
	job, err := client.Fetch(worker.queues...)
	if err != nil || job == nil {
		return err
	}
	failure := worker.run(job)
	if failure != nil {
		return client.Fail(job.Jid, failure, nil)
	}
	return client.Ack(job.Jid)
}

// beat tells the server that we live, until it or a signal says to stop.
func (worker *worker) beat(running context.Context) error {
	ticker := time.NewTicker(beatEvery)
	defer ticker.Stop()
	current := ""
	for {
		err := worker.pool.With(func(client *faktory.Client) error {
			reply, err := client.Beat(current)
			if err != nil || reply == "" {
				return err
			}
			var told struct{ State string }
			if err := json.Unmarshal([]byte(reply), &told); err != nil {
				return err
			}
			current = told.State
			return nil
		})
		if err != nil {
			return err
		}
		if current == "terminate" {
			return nil
		}
		worker.isQuiet.Store(current == "quiet")
		select {
		case <-ticker.C:
		case <-running.Done():
			return nil
		}
	}
}

func (worker *worker) run(job *faktory.Job) error {
	if job.Type == "Flaky" {
		return worker.jobs.Flaky(job.Jid, job.Args)
	}
	return worker.jobs.Steady(job.Args)
}
