// Package part has what both Go programs of the compatibility suite do alike: pushing, asking for
// INFO, and telling the harness. See ../../README.md.
package part

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	faktory "github.com/contribsys/faktory/client"
)

// AtOnce is how many jobs a worker runs at the same time.
const AtOnce = 10

// Batches is the queue of all jobs that the batch programs push.
const Batches = "batches"

// ErrFirstAttempt is how a Flaky job fails, once.
var ErrFirstAttempt = errors.New("not at the first attempt")

// Event is what the harness is told, as a line of JSON.
type Event map[string]any

var stdout sync.Mutex

// Say tells the harness something.
func Say(event Event) {
	stdout.Lock()
	defer stdout.Unlock()
	if err := json.NewEncoder(os.Stdout).Encode(event); err != nil {
		panic(err)
	}
}

// Jobs runs Steady and Flaky jobs, and remembers which of the latter have failed already.
type Jobs struct {
	mutex  sync.Mutex
	failed map[string]bool
}

// Steady succeeds.
func (jobs *Jobs) Steady(args []any) error {
	report("Steady", args, true)
	return nil
}

// Flaky fails at a job's first attempt.
func (jobs *Jobs) Flaky(jid string, args []any) error {
	jobs.mutex.Lock()
	isFirst := !jobs.failed[jid]
	if jobs.failed == nil {
		jobs.failed = map[string]bool{}
	}
	jobs.failed[jid] = true
	jobs.mutex.Unlock()
	report("Flaky", args, !isFirst)
	if isFirst {
		return ErrFirstAttempt
	}
	return nil
}

func report(jobtype string, args []any, succeeds bool) {
	Say(Event{
		"event":    "ran",
		"jobtype":  jobtype,
		"args":     args,
		"succeeds": succeeds,
		"atMs":     time.Now().UnixMilli(),
	})
}

// Play does what the command line asks for; work and batches are what the two programs do differently.
func Play(work func(queues []string) error, batches func() error) {
	if err := play(work, batches); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func play(work func(queues []string) error, batches func() error) error {
	if len(os.Args) < 2 {
		return errors.New("which part?")
	}
	switch name := os.Args[1]; name {
	case "push":
		return withClient(push)
	case "push-bulk":
		return withClient(pushBulk)
	case "info":
		return withClient(info)
	case "requeue":
		return withClient(requeue)
	case "work":
		return work(os.Args[2:])
	case "batches":
		return batches()
	default:
		return fmt.Errorf("no such part: %s", name)
	}
}

func withClient(do func(client *faktory.Client) error) error {
	client, err := faktory.Open()
	if err != nil {
		return err
	}
	return errors.Join(do(client), client.Close())
}

func push(client *faktory.Client) error {
	jobs, err := readJobs()
	if err != nil {
		return err
	}
	for _, job := range jobs {
		if err := client.Push(job); err != nil {
			return err
		}
	}
	Say(Event{"event": "pushed", "count": len(jobs)})
	return nil
}

func pushBulk(client *faktory.Client) error {
	jobs, err := readJobs()
	if err != nil {
		return err
	}
	refused, err := client.PushBulk(jobs)
	if err != nil {
		return err
	}
	if len(refused) > 0 {
		return fmt.Errorf("refused: %v", refused)
	}
	Say(Event{"event": "pushed", "count": len(jobs)})
	return nil
}

func info(client *faktory.Client) error {
	state, err := client.CurrentState()
	if err != nil {
		return err
	}
	Say(Event{
		"event":     "info",
		"processed": state.Data.TotalProcessed,
		"failures":  state.Data.TotalFailures,
		"enqueued":  state.Data.TotalEnqueued,
		"queues":    state.Data.Queues,
	})
	return nil
}

func requeue(client *faktory.Client) error {
	if err := client.Requeue(faktory.Retries, faktory.OfType("Flaky")); err != nil {
		return err
	}
	Say(Event{"event": "requeued"})
	return nil
}

// readJobs reads the jobs to push from standard input, one a line.
func readJobs() ([]*faktory.Job, error) {
	jobs := []*faktory.Job{}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var given struct {
			Jobtype string
			Queue   string
			Args    []any
			At      string
		}
		if err := json.Unmarshal(lines.Bytes(), &given); err != nil {
			return nil, err
		}
		job := faktory.NewJob(given.Jobtype, given.Args...)
		job.Queue = given.Queue
		job.At = given.At
		jobs = append(jobs, job)
	}
	return jobs, lines.Err()
}
