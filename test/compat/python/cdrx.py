"""Plays its part in the compatibility suite with the package `faktory`, by cdrx."""

import threading

import faktory
from part import AT_ONCE, FirstAttempt, play, read_jobs, report, say

failed = set()
failed_lock = threading.Lock()


def push():
    jobs = read_jobs()
    with faktory.connection() as client:
        for job in jobs:
            accepted = client.queue(
                job["jobtype"], args=job["args"], queue=job["queue"], at=job.get("at")
            )
            if not accepted:
                raise RuntimeError(f"refused: {job}")
    say(event="pushed", count=len(jobs))


def steady(*args):
    report("Steady", args)


def flaky(jid, *args):
    with failed_lock:
        is_first = jid not in failed
        failed.add(jid)
    report("Flaky", args, succeeds=not is_first)
    if is_first:
        raise FirstAttempt("not at the first attempt")


def work(*queues):
    worker = faktory.Worker(queues=queues, concurrency=AT_ONCE, use_threads=True)
    worker.send_heartbeat_every = 5
    worker.register("Steady", steady)
    worker.register("Flaky", flaky, bind=True)
    say(event="working", wid=worker.worker_id)
    try:
        worker.run()
    except SystemExit:
        pass  # with 1, however it ends


play({"push": push, "work": work})
