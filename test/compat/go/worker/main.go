// Command worker plays its part in the compatibility suite with faktory_worker_go.
package main

import (
	"context"

	faktory "github.com/contribsys/faktory/client"
	runner "github.com/contribsys/faktory_worker_go"
	"millrace.test/compat/part"
)

func main() {
	part.Play(work, batches)
}

func work(queues []string) error {
	var jobs part.Jobs
	manager := runner.NewManager()
	manager.Concurrency = part.AtOnce
	manager.ProcessWID = faktory.RandomJid()
	manager.ProcessStrictPriorityQueues(queues...)
	manager.Register("Steady", func(_ context.Context, args ...any) error {
		return jobs.Steady(args)
	})
	manager.Register("Flaky", func(ctx context.Context, args ...any) error {
		return jobs.Flaky(runner.HelperFor(ctx).Jid(), args)
	})
	manager.On(runner.Startup, func(manager *runner.Manager) error {
		part.Say(part.Event{"event": "working", "wid": manager.ProcessWID})
		return nil
	})
	return manager.Run()
}
