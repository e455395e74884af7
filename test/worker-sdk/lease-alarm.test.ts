import { suite } from "uvu";
import * as assert from "uvu/assert";
import { HeldLeases } from "../../worker-sdk/held-leases.ts";
import { readJob } from "../../worker-sdk/job.ts";
import { LeaseAlarm } from "../../worker-sdk/lease-alarm.ts";
import { RunningJob } from "../../worker-sdk/running-job.ts";
import { SharedMoment } from "../../worker-sdk/shared-moment.ts";
import { until } from "../kit/until.ts";

const test = suite("worker-sdk/lease-alarm");

const LEASE_MS = 90;

/** An alarm that nobody's heartbeat keeps quiet, unless the test does. */
function world() {
  const leases = new HeldLeases(() => {});
  const renewed = new SharedMoment();
  const told: RunningJob[][] = [];
  const onRisk = (jobs: RunningJob[]) => told.push(jobs);
  const alarm = new LeaseAlarm({ leases, leaseMs: LEASE_MS, renewed, onRisk });
  return { leases, renewed, told, alarm, renew: () => renewed.note(SharedMoment.now()) };
}

const leased = (jid: string) =>
  new RunningJob(readJob({ jid, jobtype: "T", args: [], lease: 1 }), {
    timeoutMs: undefined,
    graceMs: 5,
  });

test("A2.10 a lease is at risk before it ends when no beat arrives, and no longer when one does", async () => {
  const { leases, told, alarm, renew } = world();
  const running = leased("a");
  leases.hold(running);
  assert.is(alarm.isAtRisk(running), false);
  alarm.start();
  await until(() => told.length > 0, { what: "the alarm" });
  assert.equal(told, [[running]]);
  assert.is(alarm.isAtRisk(running), true);
  renew();
  assert.is(alarm.isAtRisk(running), false);
  await until(() => told.length > 1, { what: "the alarm, when beats stop again" });
  alarm.stop();
});

test("each job is told of once", async () => {
  const { leases, told, alarm } = world();
  const first = leased("a");
  leases.hold(first);
  alarm.start();
  await until(() => told.length === 1, { what: "the first" });
  const second = leased("b");
  leases.hold(second);
  await until(() => told.length === 2, { what: "the second" });
  assert.equal(told, [[first], [second]]);
  alarm.stop();
});

test("one that has just come has all its time, however long no beat has arrived", async () => {
  const { renewed, alarm } = world();
  await until(() => renewed.agoMs > LEASE_MS, { what: "beats are late" });
  const running = leased("a");
  assert.is(alarm.isAtRisk(running), false);
  await until(() => alarm.isAtRisk(running), { what: "it is at risk in its turn" });
  assert.ok(running.ageMs >= (LEASE_MS * 2) / 3);
});

test("where nothing is held there is no alarm", async () => {
  const { renewed, told, alarm } = world();
  alarm.start();
  await until(() => renewed.agoMs > 3 * LEASE_MS, { what: "beats are late" });
  assert.equal(told, []);
  alarm.stop();
});

test.run();
