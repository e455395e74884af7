"""What both Python programs of the compatibility suite do alike; see ../README.md."""

import json
import os
import sys
import time

AT_ONCE = 10


class FirstAttempt(Exception):
    """How a Flaky job fails, once."""


def say(**event):
    """Tells the harness something, in one write: lines of several processes do not mix."""
    os.write(sys.stdout.fileno(), (json.dumps(event) + "\n").encode())


def read_jobs():
    """The jobs to push, from standard input, one a line."""
    return [json.loads(line) for line in sys.stdin]


def report(jobtype, args, succeeds=True):
    say(event="ran", jobtype=jobtype, args=args, succeeds=succeeds, atMs=int(time.time() * 1000))


def say_info(faktory):
    """Tells what the member `faktory` of INFO says."""
    say(
        event="info",
        processed=faktory["total_processed"],
        failures=faktory["total_failures"],
        enqueued=faktory["total_enqueued"],
        queues=faktory["queues"],
    )


def play(parts):
    """Does what the command line asks for."""
    name, *rest = sys.argv[1:]
    parts[name](*rest)
