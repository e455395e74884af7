import { suite } from "uvu";
import { deleteJob } from "../../../../broker/store/scripts.ts";
import type { TestStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/delete");

const run =
  (...jids: string[]) =>
  ({ link, keys }: TestStore) =>
    Promise.all(jids.map((jid) => deleteJob.run(link, keys, { now: 9, jid })));

const job = { v: 1, queue: "q", text: "text" } as const;
const foreign = { ...job, v: 9 } as unknown as typeof job;

const given = {
  jobs: { a: job, b: job, c: job, d: job, e: job, f: job, g: job, z: job },
  queues: { q: { a: "5/3", z: "5/4" } },
  queueNames: ["q"],
  sequence: 4,
  scheduled: { b: 10 },
  retries: { c: 11 },
  dead: { d: 12 },
  done: { e: 13 },
  cancelled: { g: 15, y: 16 },
  cancels: { g: { at: 3 }, y: { at: 4 } },
  working: { f: 14 },
  reservations: { f: { wid: "w", reservedAt: 1, place: "9/1", call: "c:1" } },
};

transition(test, "a job is deleted from wherever it waits, record and all", {
  given,
  when: run("a", "b", "c", "d", "e", "g"),
  returns: ["deleted", "deleted", "deleted", "deleted", "deleted", "deleted"],
  leaves: {
    jobs: { f: job, z: job },
    queues: { q: { z: "5/4" } },
    scheduled: {},
    retries: {},
    dead: {},
    done: {},
    cancelled: { y: 16 },
    cancels: { y: { at: 4 } },
  },
});

transition(test, "one that is being worked on stays, and so does one that is nowhere", {
  given: { ...given, jobs: { ...given.jobs, removed: job }, removed: { "7": { removed: 1 } } },
  when: run("f", "nobody", "removed"),
  returns: ["working", "unknown", "unknown"],
});

transition(test, "once it is deleted a job is nowhere", {
  given: { jobs: { a: job }, dead: { a: 1 } },
  when: async (world) => [...(await run("a")(world)), ...(await run("a")(world))],
  returns: ["deleted", "unknown"],
  leaves: { jobs: {}, dead: {} },
});

transition(test, "one that can't be read is deleted where it is known to be, and nowhere else", {
  given: {
    jobs: { foreign, queued: foreign },
    damaged: { damaged: "c1", broken: "c1" },
    queues: { q: { queued: "5/1", broken: "5/2" } },
    scheduled: { foreign: 1 },
    dead: { damaged: 2, gone: 3 },
  },
  when: run("foreign", "damaged", "gone", "queued", "broken"),
  returns: ["deleted", "deleted", "deleted", { version: "9" }, { version: undefined }],
  leaves: { jobs: { queued: foreign }, damaged: { broken: "c1" }, scheduled: {}, dead: {} },
});

transition(test, "a job that was pushed anew after its removal is deleted, and may come again", {
  given: {
    jobs: { a: job },
    scheduled: { a: 10 },
    removed: { "7": { a: 1 } },
    revived: { a: 1 },
  },
  when: async (world) => {
    const outcomes = await run("a")(world);
    await world.store.waiting.deleteRemoved();
    return outcomes;
  },
  returns: ["deleted"],
  leaves: { jobs: {}, scheduled: {}, removed: {}, revived: {} },
});

test.run();
