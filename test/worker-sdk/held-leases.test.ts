import { suite } from "uvu";
import * as assert from "uvu/assert";
import { HeldLeases } from "../../worker-sdk/held-leases.ts";
import { readJob } from "../../worker-sdk/job.ts";
import { type JobCancelled, ReservationEnded } from "../../worker-sdk/job-errors.ts";
import { LeaseTable } from "../../worker-sdk/lease-table.ts";
import { RunningJob } from "../../worker-sdk/running-job.ts";

const test = suite("worker-sdk/held-leases");

function leased(jid: string, lease?: number): RunningJob {
  const job = readJob({ jid, jobtype: "T", args: [], lease });
  return new RunningJob(job, { timeoutMs: undefined, graceMs: 5 });
}

function world() {
  const tables: LeaseTable[] = [];
  const leases = new HeldLeases((memory) => tables.push(new LeaseTable(memory)));
  return { leases, tables, written: () => tables.flatMap((table) => table.read()) };
}

test("a lease is written down as long as it is held", () => {
  const { leases, written } = world();
  const [one, other] = [leased("a", 1), leased("b", 2)];
  leases.hold(one);
  leases.hold(other);
  assert.equal(written(), [
    { jid: "a", token: 1 },
    { jid: "b", token: 2 },
  ]);
  leases.release(one);
  leases.release(one);
  assert.equal(written(), [{ jid: "b", token: 2 }]);
});

test("a job without one needs no place", () => {
  const { leases, tables } = world();
  const plain = leased("a");
  leases.hold(plain);
  leases.release(plain);
  assert.is(tables.length, 0);
  plain.end({ kind: "done" });
});

test("A2.8 ten thousand jobs, one after another, need one table and leave nothing in it", () => {
  const { leases, tables, written } = world();
  for (let token = 1; token <= 10_000; token++) {
    const running = leased(`job-${token}`, token);
    leases.hold(running);
    leases.release(running);
  }
  assert.is(tables.length, 1);
  assert.equal(written(), []);
  assert.is(leases.size, 0);
});

test("many at once get as many tables as they need", () => {
  const { leases, tables, written } = world();
  const many = Array.from({ length: 1_000 }, (_, index) => leased(`job-${index}`, index + 1));
  for (const running of many) leases.hold(running);
  assert.is(written().length, 1_000);
  const count = tables.length;
  for (const running of many) leases.release(running);
  for (const running of many) leases.hold(running);
  assert.is(tables.length, count);
});

test("one that is lost is no longer renewed, and its signal fires", () => {
  const { leases, written } = world();
  const running = leased("a", 1);
  leases.hold(running);
  leases.lose([{ jid: "a", token: 7 }]); // an earlier one, which has ended
  assert.is(running.signal.aborted, false);
  leases.lose([
    { jid: "a", token: 1 },
    { jid: "unknown", token: 1 },
  ]);
  assert.instance(running.signal.reason, ReservationEnded);
  assert.equal(written(), []);
});

test("one that is cancelled is told so, and renewed until it has ended", () => {
  const { leases, written } = world();
  const running = leased("a", 1);
  leases.hold(running);
  leases.cancel([{ jid: "a", token: 7, by: "ann" }]); // an earlier one, which has ended
  assert.is(running.signal.aborted, false);
  leases.cancel([
    { jid: "a", token: 1, by: "bob" },
    { jid: "a", token: 1, by: "cy" },
  ]);
  assert.is((running.signal.reason as JobCancelled).by, "bob");
  assert.equal(written(), [{ jid: "a", token: 1 }]);
});

test("a job that comes again is lost to who has it still", () => {
  const { leases, written } = world();
  const [earlier, later] = [leased("a", 1), leased("a", 2)];
  leases.hold(earlier);
  leases.hold(later);
  assert.instance(earlier.signal.reason, ReservationEnded);
  leases.release(earlier);
  assert.equal(written(), [{ jid: "a", token: 2 }]);
  assert.equal([...leases.running()], [later]);
});

test.run();
