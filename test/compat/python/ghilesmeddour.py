"""Plays its part in the compatibility suite with the package `pyfaktory`, by ghilesmeddour."""

import os
import tempfile

import pyfaktory
from ghilesmeddour_batches import batches
from part import AT_ONCE, FirstAttempt, play, read_jobs, report, say, say_info

# Jobs run in processes of their own, which have nothing in common but the disk: a file each job
# that has failed.
failed = tempfile.TemporaryDirectory()


def push():
    jobs = [pyfaktory.Job(**job) for job in read_jobs()]
    with pyfaktory.Client() as client:
        producer = pyfaktory.Producer(client)
        for job in jobs:
            producer.push(job)
    say(event="pushed", count=len(jobs))


def push_bulk():
    jobs = [pyfaktory.Job(**job) for job in read_jobs()]
    with pyfaktory.Client() as client:
        refused = pyfaktory.Producer(client).push_bulk(jobs)
    if refused:
        raise RuntimeError(f"refused: {refused}")
    say(event="pushed", count=len(jobs))


def info():
    with pyfaktory.Client() as client:
        say_info(client.info()["faktory"])


def requeue():
    operation = pyfaktory.MutateOperation(
        cmd=pyfaktory.Cmd.requeue,
        target=pyfaktory.Target.retries,
        filter=pyfaktory.JobFilter(jids=None, regexp=None, jobtype="Flaky"),
    )
    with pyfaktory.Client() as client:
        client.mutate(operation)
    say(event="requeued")


def steady(*args):
    report("Steady", args)


def flaky(jid, *args):
    mark = os.path.join(failed.name, jid)
    is_first = not os.path.exists(mark)
    open(mark, "w").close()
    report("Flaky", args, succeeds=not is_first)
    if is_first:
        raise FirstAttempt("not at the first attempt")


def work(*queues):
    with pyfaktory.Client(role="consumer", beat_period=5) as client:
        consumer = pyfaktory.Consumer(
            client, queues=list(queues), priority="strict", concurrency=AT_ONCE
        )
        consumer.register("Steady", steady)
        consumer.register("Flaky", flaky, bind=True)
        say(event="working", wid=client.worker_id)
        try:
            consumer.run()
        except SystemExit:
            pass  # with 1, however it ends


play(
    {
        "push": push,
        "push-bulk": push_bulk,
        "info": info,
        "requeue": requeue,
        "batches": batches,
        "work": work,
    }
)
