import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeCancel } from "../../../../broker/store/cancel.ts";
import { cancel, purgeCancelled } from "../../../../broker/store/cancel-scripts.ts";
import { pack } from "../../../../broker/store/record.ts";
import * as scripts from "../../../../broker/store/scripts.ts";
import type { Group } from "../../../kit/group-state.ts";
import { EMPTY, type State } from "../../../kit/state.ts";
import { type TestStore, withStore } from "../../../kit/store.ts";

// Whatever moves or ends a job, its groups know of it in the same step, and so when a cancellation is
// over. Here only that is looked at; what else each script does has a table of its own.

const test = suite("store/lua, the groups of jobs");

const NOW = 1_767_225_600_000;
const DAY = "2026-01-01";
const job = { v: 1, queue: "q", text: "text" } as const;
const reservation = { wid: "w", reservedAt: 1, place: "5/1", call: "c:1" };
const report = pack({ errtype: "E", message: "m", backtrace: [] });

/** Where the job `a` may be before. */
const places = {
  queued: { queues: { q: { a: "5/1" } }, queueNames: ["q"] },
  scheduled: { scheduled: { a: NOW } },
  retries: { retries: { a: NOW } },
  working: { working: { a: NOW }, reservations: { a: reservation } },
  calledOff: {
    working: { a: NOW },
    reservations: { a: reservation },
    cancelling: ["a"],
    cancels: { a: { at: 1 } },
  },
  dead: { dead: { a: 5 } },
  done: { done: { a: 5 } },
  cancelled: { cancelled: { a: 5 }, cancels: { a: { at: 1 } } },
  removed: { removed: { 1: { a: 1 } } },
} satisfies Record<string, Partial<State>>;

type Place = keyof typeof places;
type Hold = "live" | "called off" | "kept";

const before: Record<Place, Hold> = {
  queued: "live",
  scheduled: "live",
  retries: "live",
  working: "live",
  calledOff: "called off",
  dead: "kept",
  done: "kept",
  cancelled: "kept",
  removed: "live",
};

const fail = (cause: "reported" | "expired" | "lost") => (world: TestStore) =>
  scripts.fail.run(world.link, world.keys, { now: NOW, day: DAY }, [
    { jid: "a", report, jitter: 0, cause, token: 0, call: "" },
  ]);
const at = (set: "scheduled" | "retries" | "dead") => [{ set, jid: "a" }];
const ack = ({ link, keys }: TestStore) =>
  scripts.ack.run(link, keys, { now: NOW, day: DAY }, [{ jid: "a", token: 0 }]);
const complete = ({ link, keys }: TestStore) =>
  scripts.complete.run(link, keys, { now: NOW, day: DAY }, [
    { jid: "a", token: 0, forgetAt: NOW + 5, result: "1" },
  ]);
const release = ({ link, keys }: TestStore) =>
  scripts.release.run(link, keys, { origin: "me", now: NOW, day: DAY }, [
    { jid: "a", call: "", token: 0 },
  ]);
const snooze = ({ link, keys }: TestStore) =>
  scripts.snooze.run(link, keys, { now: NOW, day: DAY }, [{ jid: "a", due: NOW + 5, token: 0 }]);
const kill =
  (set: "scheduled" | "retries" | "dead") =>
  ({ link, keys }: TestStore) =>
    scripts.kill.run(link, keys, { now: NOW }, at(set));
const discard =
  (set: "scheduled" | "retries" | "dead") =>
  ({ link, keys }: TestStore) =>
    scripts.discard.run(link, keys, { now: NOW }, at(set));
const enqueue =
  (set: "scheduled" | "retries" | "dead") =>
  ({ link, keys }: TestStore) =>
    scripts.enqueue.run(link, keys, { origin: "me", now: NOW, dueBy: "+inf" }, at(set));
const reserve = ({ link, keys }: TestStore) =>
  scripts.reserve.run(link, keys, { now: NOW, call: "c" }, [{ wid: "", queues: "q", lease: 0 }]);
const call = ({ link, keys }: TestStore) =>
  cancel.run(link, keys, { now: NOW }, [{ jid: "a", why: encodeCancel({ at: NOW }) }]);
const remove = ({ link, keys }: TestStore) =>
  scripts.deleteJob.run(link, keys, { now: NOW, jid: "a" });
const limits = { keep: 0, limit: 9, now: NOW };

interface Row {
  from: Place;
  what: string;
  /** How the group has it afterwards; undefined when it has it no longer. */
  hold: Hold | undefined;
  /** The same, where the group is being called off, when that is something else. */
  whileClosed?: Hold;
  run: (world: TestStore) => Promise<unknown>;
  job?: State["jobs"][string];
  /** In the place of its record. */
  damaged?: string;
}

const rows: Row[] = [
  { from: "working", what: "ACK", hold: undefined, run: ack },
  { from: "calledOff", what: "ACK", hold: "kept", run: ack },
  { from: "working", what: "ACK with a result", hold: "kept", run: complete },
  { from: "calledOff", what: "ACK with a result", hold: "kept", run: complete },
  { from: "working", what: "FAIL", hold: "live", run: fail("reported") },
  { from: "calledOff", what: "FAIL", hold: "kept", run: fail("reported") },
  {
    from: "working",
    what: "FAIL for the last time",
    hold: "kept",
    run: fail("reported"),
    job: { ...job, retry: -1 },
  },
  {
    from: "working",
    what: "FAIL without any retry",
    hold: undefined,
    run: fail("reported"),
    job: { ...job, retry: 0 },
  },
  {
    from: "working",
    what: "FAIL of a damaged one",
    hold: "kept",
    run: fail("lost"),
    damaged: "c1",
  },
  { from: "calledOff", what: "the end of its reservation", hold: "kept", run: fail("expired") },
  { from: "calledOff", what: "the loss of its worker", hold: "kept", run: fail("lost") },
  { from: "working", what: "a hand-back", hold: "live", run: release },
  { from: "calledOff", what: "a hand-back", hold: "kept", run: release },
  { from: "working", what: "a snooze", hold: "live", run: snooze },
  { from: "calledOff", what: "a snooze", hold: "kept", run: snooze },
  { from: "queued", what: "FETCH", hold: "live", whileClosed: "kept", run: reserve },
  { from: "queued", what: "FETCH of a damaged one", hold: "kept", run: reserve, damaged: "c1" },
  { from: "scheduled", what: "its time", hold: "live", run: enqueue("scheduled") },
  { from: "retries", what: "its time", hold: "live", run: enqueue("retries") },
  {
    from: "retries",
    what: "the time of a damaged one",
    hold: "kept",
    run: enqueue("retries"),
    damaged: "c1",
  },
  { from: "dead", what: "requeue", hold: "live", whileClosed: "kept", run: enqueue("dead") },
  { from: "scheduled", what: "kill", hold: "kept", run: kill("scheduled") },
  { from: "retries", what: "kill", hold: "kept", run: kill("retries") },
  { from: "dead", what: "kill", hold: "kept", run: kill("dead") },
  { from: "scheduled", what: "discard", hold: undefined, run: discard("scheduled") },
  { from: "retries", what: "discard", hold: undefined, run: discard("retries") },
  { from: "dead", what: "discard", hold: undefined, run: discard("dead") },
  { from: "queued", what: "JOB CANCEL", hold: "kept", run: call },
  { from: "scheduled", what: "JOB CANCEL", hold: "kept", run: call },
  { from: "retries", what: "JOB CANCEL", hold: "kept", run: call },
  { from: "working", what: "JOB CANCEL", hold: "called off", run: call },
  { from: "calledOff", what: "JOB CANCEL", hold: "called off", run: call },
  { from: "dead", what: "JOB CANCEL", hold: "kept", run: call },
  {
    from: "dead",
    what: "the end of its time",
    hold: undefined,
    run: ({ link, keys }) => scripts.purgeDead.run(link, keys, { diedBefore: 0, ...limits }),
  },
  {
    from: "done",
    what: "the end of its time",
    hold: undefined,
    run: ({ link, keys }) => scripts.forgetDone.run(link, keys, { now: NOW, limit: 9 }),
  },
  {
    from: "cancelled",
    what: "the end of its time",
    hold: undefined,
    run: ({ link, keys }) => purgeCancelled.run(link, keys, { endedBefore: 0, ...limits }),
  },
  ...(["queued", "scheduled", "retries", "dead", "done", "cancelled"] as const).map((from) => {
    return { from, what: "JOB DELETE", hold: undefined, run: remove };
  }),
  { from: "working", what: "JOB DELETE", hold: "live", run: remove },
  {
    from: "removed",
    what: "its deletion",
    hold: undefined,
    run: ({ link, keys }) => scripts.deleteRemoved.run(link, keys, { limit: 9, now: NOW }),
  },
];

const ties = { queue: "q", tags: ["t"] };
const group = "tag:t";
const begun = { at: 1, waiting: 0 };

/** Runs a row with what else there is, and resolves with what is known of groups and ties then. */
async function after(
  { from, run, damaged, ...row }: Row,
  world: TestStore,
  rest: Group,
): Promise<Pick<State, "ties" | "groups">> {
  await world.seed({
    ...places[from],
    ...(damaged === undefined ? { jobs: { a: row.job ?? job } } : { damaged: { a: damaged } }),
    ties: { a: ties },
    groups: { [group]: { ...rest, jobs: { ...rest.jobs, a: before[from] } } },
  });
  await run(world);
  const state = await world.state();
  return { ties: state.ties, groups: state.groups };
}

/** What is to be known then. */
function known(hold: Hold | undefined, rest: Group): Pick<State, "ties" | "groups"> {
  const jobs = { ...rest.jobs, ...(hold !== undefined && { a: hold }) };
  const left: Group = { ...rest, ...(Object.keys(jobs).length > 0 && { jobs }) };
  return {
    ties: hold === undefined ? {} : { a: ties },
    groups: Object.keys(left).length > 0 ? { [group]: left } : {},
  };
}

for (const row of rows) {
  const { hold, whileClosed = hold } = row;
  const name = `${row.what} of a job that is ${row.from}`;
  // FETCH cancels what comes up, and counts it.
  const cancellation = { ...begun, waiting: row.run === reserve ? 1 : 0 };

  test(
    `after ${name} its group has it as ${hold ?? "nothing"}`,
    withStore(async (world) => {
      assert.equal(await after(row, world, {}), known(hold, {}));
    }),
  );

  test(
    `after ${name} a cancellation goes on while others wait`,
    withStore(async (world) => {
      const others = { jobs: { other: "live" as const } };
      assert.equal(
        await after(row, world, { ...others, cancellation: begun }),
        known(whileClosed, { ...others, cancellation }),
      );
    }),
  );

  if (before[row.from] === "kept" || whileClosed === "live" || whileClosed === "called off")
    continue;

  test(
    `after ${name} a cancellation is over that waited for no other`,
    withStore(async (world) => {
      assert.equal(
        await after(row, world, { cancellation: begun }),
        known(whileClosed, { cancellation: { ...cancellation, endedAt: NOW } }),
      );
    }),
  );
}

test(
  "FLUSH leaves nothing of groups",
  withStore(async (world) => {
    await world.seed({
      jobs: { a: job },
      scheduled: { a: 1 },
      ties: { a: ties },
      groups: {
        [group]: { jobs: { a: "live" }, cancellation: { at: 1, waiting: 0 } },
        "tag:over": { cancellation: { at: 1, waiting: 0, endedAt: 2 } },
      },
    });
    await scripts.flush.run(world.link, world.keys, {});
    assert.equal(await world.state(), { ...EMPTY, flushes: 1 });
  }),
);

test.run();
