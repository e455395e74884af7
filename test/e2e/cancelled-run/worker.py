"""See README.md."""

import json
import os
import socket
import sys
import threading
import time

PORT, WID = int(os.environ["PORT"]), os.environ["WID"]
COUNT, QUEUE = int(os.environ["COUNT"]), os.environ["QUEUE"]

working = {}  # jid -> token
told = set()
finishing = threading.Event()
lock = threading.Lock()


def say(**message):
    with lock:
        print(json.dumps({**message, "at": int(time.time() * 1000)}), flush=True)


class Connection:
    """One that is made anew for as long as it takes."""

    def __init__(self):
        self.file = None

    def call(self, line):
        while True:
            try:
                if self.file is None:
                    self.connect()
                return self.ask(line)
            except OSError:
                self.file = None
                time.sleep(0.1)

    def connect(self):
        stream = socket.create_connection(("127.0.0.1", PORT))
        self.file = stream.makefile("rwb")
        self.read()
        hello = {"v": 2, "wid": WID, "ext": ["lease"], "lease_for": 5}
        self.ask("HELLO " + json.dumps(hello))

    def ask(self, line):
        self.file.write(line.encode() + b"\r\n")
        self.file.flush()
        return self.read()

    def read(self):
        head = self.file.readline()
        if not head.endswith(b"\r\n"):
            raise OSError("the connection has ended")
        if not head.startswith(b"$") or head == b"$-1\r\n":
            return head.decode().strip()
        body = self.file.read(int(head[1:]) + 2)
        if not body.endswith(b"\r\n"):
            raise OSError("the connection has ended")
        return json.loads(body)


def fetch():
    connection = Connection()
    while True:
        free = COUNT - len(working)
        if free == 0:
            time.sleep(0.01)
            continue
        jobs = connection.call(f"FETCHB {free} {QUEUE}")
        for job in jobs if isinstance(jobs, list) else []:
            working[job["jid"]] = job["lease"]
            say(began=job["jid"], lease=job["lease"])


def beat():
    connection = Connection()
    while True:
        jobs = [{"jid": jid, "lease": token} for jid, token in list(working.items())]
        answer = connection.call("BEAT " + json.dumps({"wid": WID, "jobs": jobs}))
        for job in answer.get("cancel", []) if isinstance(answer, dict) else []:
            if job["jid"] not in told:
                told.add(job["jid"])
                say(told=job["jid"], reason=job.get("reason"))
        time.sleep(1)


def finish():
    connection = Connection()
    finishing.wait()
    while True:
        for jid in [jid for jid in list(told) if jid in working]:
            say(ended=jid)
            connection.call("ACK " + json.dumps({"jid": jid, "lease": working[jid]}))
            del working[jid]
        time.sleep(0.01)


for work in (fetch, beat, finish):
    threading.Thread(target=work, daemon=True).start()
for line in sys.stdin:
    if line.strip() == "finish":
        finishing.set()
