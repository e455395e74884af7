// Command chain imports a catalogue in three stages, each of several jobs: download, then convert, then
// publish. The chain is written by hand: each stage is a batch in the batch of the whole, and its success
// callback begins the next one. It works on any server that has batches.
package main

import (
	"context"
	"fmt"
	"log"
	"strings"

	faktory "github.com/contribsys/faktory/client"
	worker "github.com/contribsys/faktory_worker_go"
)

// A stage: its jobs may run at the same time, and the next stage begins when all of them are done.
type stage struct {
	jobtype string
	args    []string
}

var stages = []stage{
	{"download", []string{"a.xml", "b.xml"}},
	{"convert", []string{"a.xml", "b.xml"}},
	{"publish", []string{"catalogue"}},
}

const queue = "imports"

func main() {
	running, stop := context.WithCancel(context.Background())
	manager := worker.NewManager()
	manager.Concurrency = 2
	manager.ProcessStrictPriorityQueues(queue)
	for _, stage := range stages {
		manager.Register(stage.jobtype, func(_ context.Context, args ...any) error {
			fmt.Println(stage.jobtype, args[0])
			return nil
		})
	}
	manager.Register("stage-done", stageDone)
	manager.Register("import-done", func(context.Context, ...any) error {
		fmt.Println("imported")
		stop()
		return nil
	})

	client, err := faktory.Open()
	if err != nil {
		log.Fatal(err)
	}
	if err := start(client); err != nil {
		log.Fatal(err)
	}
	if err := manager.RunWithContext(running); err != nil {
		log.Fatal(err)
	}
}

// start begins the batch of the whole, with the first stage in it.
func start(client *faktory.Client) error {
	whole := faktory.NewBatch(client)
	whole.Description = "import"
	whole.Success = newJob("import-done")
	if _, err := client.BatchNew(whole); err != nil {
		return err
	}
	if err := begin(client, whole.Bid, 0); err != nil {
		return err
	}
	return whole.Commit()
}

// begin puts the batch of a stage into that of the whole.
func begin(client *faktory.Client, whole string, index int) error {
	batch := faktory.NewBatch(client)
	batch.ParentBid = whole
	batch.Description = stages[index].jobtype
	batch.Success = newJob("stage-done", whole, index)
	return batch.Jobs(func() error {
		for _, arg := range stages[index].args {
			if err := batch.Push(newJob(stages[index].jobtype, arg)); err != nil {
				return err
			}
		}
		return nil
	})
}

// stageDone is the success callback of a stage. Until it is acknowledged the whole can't end, so there is
// time to put the next stage in.
func stageDone(ctx context.Context, args ...any) error {
	whole, index := args[0].(string), int(args[1].(float64))
	fmt.Println(strings.ToUpper(stages[index].jobtype))
	if index+1 == len(stages) {
		return nil
	}
	return worker.HelperFor(ctx).With(func(client *faktory.Client) error {
		opened, err := client.BatchOpen(whole)
		if err != nil {
			return err
		}
		return opened.Jobs(func() error { return begin(client, whole, index+1) })
	})
}

func newJob(jobtype string, args ...any) *faktory.Job {
	job := faktory.NewJob(jobtype, args...)
	job.Queue = queue
	if len(args) == 0 {
		job.Args = []any{}
	}
	return job
}
