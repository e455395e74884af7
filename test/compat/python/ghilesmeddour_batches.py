"""Does all that the harness wants to see of batches with `pyfaktory`; ../batches.ts has what it has to be.

The package has BATCH STATUS only in its client, by a name with an underscore; it answers OPEN, NEW and
STATUS with the reply as it came; and a handler of its Consumer never sees a job's custom. So the jobs are
fetched and acknowledged here by what that Consumer calls itself.
"""

import json

import pyfaktory
from part import say

QUEUE = "batches"
ALL = 1_000


class BatchProgram:
    def __init__(self, client):
        self.client = client
        self.producer = pyfaktory.Producer(client)

    def play(self):
        self.look_at_server()
        self.call_both()
        self.call_empty()
        self.nest()
        self.open_from_within()
        self.fail_once()
        self.push_many()
        self.find_none()

    def look_at_server(self):
        description = self.client.info()["server"]["description"]
        see("takes the server for an Enterprise", isEnterprise="Enterprise" in description)

    def call_both(self):
        bid = self.begin("Completed", "Succeeded", description="three jobs")
        for _ in range(3):
            self.push("Steady", bid)
        status = self.status(bid)
        see(
            "counts the jobs of a batch before its commit",
            status=counts(status),
            description=status["description"],
            hasParent="parent_bid" in status,
        )

        self.run(3)
        is_empty = not self.run(1)
        see(
            "sees nothing called before the commit",
            status=counts(self.status(bid)),
            isQueueEmpty=is_empty,
        )

        self.producer.batch_commit(bid)
        see(
            "sees complete called at the commit, and success behind it",
            atCommit=self.states(bid),
            first=self.run_callback(bid),
            afterFirst=self.states(bid),
            second=self.run_callback(bid),
            atEnd=self.states(bid),
        )

        self.producer.batch_open(bid)
        self.push("Late", bid)
        self.producer.batch_commit(bid)
        order = self.run(ALL)
        see(
            "opens a batch that has ended, and nothing is called again",
            order=order,
            status=counts(self.status(bid)),
        )

    def call_empty(self):
        bid = self.begin("Completed", "Succeeded")
        self.producer.batch_commit(bid)
        at_commit = self.states(bid)
        order = self.run(2)
        see(
            "sees an empty batch called at the commit",
            atCommit=at_commit,
            order=order,
            status=counts(self.status(bid)),
        )

    def nest(self):
        bids = []
        for name, jobs in (("Outer", 1), ("Inner", 2), ("Innermost", 1)):
            bid = self.begin(None, f"{name}Done", parent_bid=bids[-1] if bids else None)
            for _ in range(jobs):
                self.push(name, bid)
            bids.append(bid)
        statuses = [self.status(bid) for bid in bids]
        around = [None, *bids]
        for bid in reversed(bids):
            self.producer.batch_commit(bid)
        see(
            "puts batches into batches, which are called from the inside out",
            totals=[status["total"] for status in statuses],
            parents=[
                "parent_bid" in status and status["parent_bid"] == parent
                for status, parent in zip(statuses, around)
            ],
            order=self.run(7),
        )

    def open_from_within(self):
        bid = self.begin(None, "Succeeded")
        self.push("Opener", bid)
        self.producer.batch_commit(bid)

        def work(job):
            if job["jobtype"] != "Opener":
                return
            own = job["custom"]["bid"]
            self.producer.batch_open(own)
            self.push("Added", own)
            self.producer.batch_commit(own)

        order = self.run(3, work)
        see(
            "opens a batch from within one of its jobs",
            order=order,
            status=counts(self.status(bid)),
        )

    def fail_once(self):
        bid = self.begin("Completed", "Succeeded")
        self.push("Steady", bid)
        self.push("Flaky", bid)
        self.producer.batch_commit(bid)
        order = self.run(1)
        flaky = self.client._fetch([QUEUE])
        self.client._fail(flaky["jid"], "FirstAttempt", "not at the first attempt", [])
        at_failure = counts(self.status(bid))
        order += [flaky["jobtype"], *self.run(1)]
        requeue = pyfaktory.MutateOperation(
            cmd=pyfaktory.Cmd.requeue,
            target=pyfaktory.Target.retries,
            filter=pyfaktory.JobFilter(jids=None, regexp=None, jobtype="Flaky"),
        )
        self.client.mutate(requeue)
        order += self.run(2)
        see(
            "sees a job of a batch fail, and be done later",
            atFailure=at_failure,
            order=order,
            status=counts(self.status(bid)),
        )

    def push_many(self):
        bid = self.begin(None, "Succeeded")
        refused = self.producer.push_bulk([new_job("Steady", bid) for _ in range(100)])
        if refused:
            raise RuntimeError(f"refused: {refused}")
        status = counts(self.status(bid))
        self.producer.batch_commit(bid)
        see("pushes 100 jobs into a batch at once", status=status, ran=len(self.run(101)))

    def find_none(self):
        try:
            self.producer.batch_open("b-00000000000000")
            is_refused = False
        except Exception as error:
            is_refused = "No such batch" in str(error)
        see("is told of a batch that is not there", isRefused=is_refused)

    def begin(self, complete, success, description=None, parent_bid=None):
        callback = lambda jobtype: jobtype and pyfaktory.TargetJob(
            jobtype=jobtype, args=[], queue=QUEUE
        )
        batch = pyfaktory.Batch(
            parent_bid=parent_bid,
            description=description,
            complete=callback(complete),
            success=callback(success),
        )
        return text_of(self.producer.batch_new(batch))

    def push(self, jobtype, bid):
        self.producer.push(new_job(jobtype, bid))

    def run(self, count, work=lambda job: None):
        """Runs jobs, so many or until there is none, and returns their types."""
        jobtypes = []
        for _ in range(count):
            job = self.client._fetch([QUEUE])
            if job is None:
                break
            work(job)
            self.client._ack(job["jid"])
            jobtypes.append(job["jobtype"])
        return jobtypes

    def run_callback(self, bid):
        """Runs the next job, and tells what a callback knows of its batch."""
        seen = {}

        def look(job):
            custom = job["custom"]
            seen.update(
                type=job["jobtype"],
                kind=custom["_cb"],
                isOfBatch=custom["_bid"] == bid,
                isMember="bid" in custom,
            )

        self.run(1, look)
        return seen

    def status(self, bid):
        return json.loads(text_of(self.client._batch_status(bid)))

    def states(self, bid):
        status = self.status(bid)
        return [status["complete_st"], status["success_st"]]


def new_job(jobtype, bid):
    return pyfaktory.Job(jobtype=jobtype, args=[], queue=QUEUE, custom={"bid": bid})


def counts(status):
    return {
        "total": status["total"],
        "pending": status["pending"],
        "failed": status["failed"],
        "complete": status["complete_st"],
        "success": status["success_st"],
    }


def text_of(reply):
    """What a bulk string has in it."""
    return reply.split("\r\n")[1]


def see(check, **seen):
    """Tells the harness what came of a check."""
    say(event="batch", check=check, seen=seen)


def batches():
    with pyfaktory.Client(role="both") as client:
        BatchProgram(client).play()
