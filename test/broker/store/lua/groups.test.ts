import { suite } from "uvu";
import {
  cancelGroup,
  findGroup,
  purgeCancellations,
  sweepGroup,
} from "../../../../broker/store/cancel-scripts.ts";
import type { State } from "../../../kit/state.ts";
import type { TestStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/cancel-group, find-group, sweep-group and purge-cancellations");

const NOW = 1_000_000;
const GROUP = "tag:a tag: mine";

const cancel =
  ({ reason = "", by = "" }, group = GROUP) =>
  ({ link, keys }: TestStore) =>
    cancelGroup.run(link, keys, { now: NOW, group, reason, by });

const sweep =
  (limit = 100, ...jids: string[]) =>
  ({ link, keys }: TestStore) => {
    const items = jids.map((jid) => ({ jid }));
    return sweepGroup.run(link, keys, { now: NOW, group: GROUP, limit }, items);
  };

const job = { v: 1, queue: "q", text: "text" } as const;
const ties = { queue: "q", tags: ["a tag: mine"] };
const cancellation = { at: NOW, reason: "late", by: "ops", waiting: 0 };

const live: Partial<State> = {
  jobs: { a: job, b: job, dead: job },
  queues: { q: { a: "5/1", b: "5/2" } },
  queueNames: ["q"],
  dead: { dead: 3 },
  ties: { a: ties, b: ties, dead: ties },
  groups: { [GROUP]: { jobs: { a: "live", b: "live", dead: "kept" } } },
} as const;

transition(
  test,
  "a group is closed with who and why; its jobs stay where they are for the moment",
  {
    given: live,
    when: cancel({ reason: "late", by: "ops" }),
    returns: { live: 2, running: 0, cancellation },
    leaves: { groups: { [GROUP]: { jobs: { a: "live", b: "live", dead: "kept" }, cancellation } } },
  },
);

const closed: Partial<State> = {
  ...live,
  groups: {
    [GROUP]: { jobs: { a: "live", b: "called off" }, cancellation: { at: 5, waiting: 7 } },
  },
};

transition(test, "while it is being called off the first call counts", {
  given: closed,
  when: cancel({ by: "somebody else" }),
  returns: { live: 2, running: 1, cancellation: { at: 5, waiting: 7 } },
});

transition(test, "where nothing waits or runs it is over at once, and that is kept as well", {
  given: { ...live, groups: { [GROUP]: { jobs: { dead: "kept" } } } },
  when: cancel({}),
  returns: { live: 0, running: 0, cancellation: { at: NOW, waiting: 0, endedAt: NOW } },
  leaves: {
    groups: {
      [GROUP]: { jobs: { dead: "kept" }, cancellation: { at: NOW, waiting: 0, endedAt: NOW } },
    },
  },
});

const over = { at: 5, reason: "late", waiting: 7, endedAt: 6 };

transition(test, "what is over stays as it was, as long as there is nothing new", {
  given: { groups: { [GROUP]: { cancellation: over } } },
  when: cancel({ by: "somebody else" }),
  returns: { live: 0, running: 0, cancellation: over },
});

transition(test, "what came since is called off anew", {
  given: {
    ...live,
    groups: { [GROUP]: { jobs: { a: "live", b: "live" }, cancellation: over } },
  },
  when: cancel({ by: "ops" }),
  returns: { live: 2, running: 0, cancellation: { at: NOW, by: "ops", waiting: 0 } },
  leaves: {
    groups: {
      [GROUP]: {
        jobs: { a: "live", b: "live" },
        cancellation: { at: NOW, by: "ops", waiting: 0 },
      },
    },
  },
});

transition(test, "of a group that nobody knows there is nothing to tell", {
  given: live,
  when: ({ link, keys }) => findGroup.run(link, keys, { group: "tag:other" }),
  returns: { live: 0, running: 0 },
});

transition(test, "of another it is told how many wait or run, and of its last cancellation", {
  given: { ...closed },
  when: ({ link, keys }) => findGroup.run(link, keys, { group: GROUP }),
  returns: { live: 2, running: 1, cancellation: { at: 5, waiting: 7 } },
});

const reservation = { wid: "w", reservedAt: 1, place: "5/1", call: "c:1" };
const why = { at: 5, reason: "late" };

transition(
  test,
  "what waits is cancelled by a sweep, and what runs is called off; others are let alone",
  {
    given: {
      jobs: { queued: job, later: job, again: job, busy: job, removed: job, dead: job, other: job },
      queues: { q: { other: "5/1", queued: "5/2" } },
      queueNames: ["q"],
      scheduled: { later: 9 },
      retries: { again: 9 },
      working: { busy: 1_801 },
      reservations: { busy: reservation },
      removed: { 4: { removed: 1 } },
      dead: { dead: 2 },
      ties: { queued: ties, later: ties, again: ties, busy: ties, removed: ties, dead: ties },
      groups: {
        [GROUP]: {
          jobs: {
            queued: "live",
            later: "live",
            again: "live",
            busy: "live",
            removed: "live",
            dead: "kept",
          },
          cancellation: { ...why, waiting: 2 },
        },
      },
    },
    when: sweep(),
    returns: 0,
    leaves: {
      queues: { q: { other: "5/1" } },
      scheduled: {},
      retries: {},
      cancelling: ["busy"],
      cancelled: { again: NOW, later: NOW, queued: NOW },
      cancels: { queued: why, later: why, again: why, busy: why },
      groups: {
        [GROUP]: {
          jobs: {
            busy: "called off",
            again: "kept",
            dead: "kept",
            later: "kept",
            queued: "kept",
            removed: "kept",
          },
          cancellation: { ...why, waiting: 5 },
        },
      },
    },
    notices: ['cancel {"wid":"w","jid":"busy","reason":"late"}'],
  },
);

transition(test, "a sweep takes so many at the most, and tells how many are left", {
  given: {
    ...live,
    groups: { [GROUP]: { jobs: { a: "live", b: "live" }, cancellation: { at: 5, waiting: 0 } } },
  },
  when: sweep(1),
  returns: 1,
  leaves: {
    queues: { q: { b: "5/2" } },
    cancelled: { a: NOW },
    cancels: { a: { at: 5 } },
    groups: {
      [GROUP]: { jobs: { a: "kept", b: "live" }, cancellation: { at: 5, waiting: 1 } },
    },
  },
});

transition(test, "with the last that waits it is over, if nothing runs", {
  given: {
    ...live,
    groups: { [GROUP]: { jobs: { a: "live", b: "live" }, cancellation: { at: 5, waiting: 0 } } },
  },
  when: sweep(),
  returns: 0,
  leaves: {
    queues: {},
    cancelled: { a: NOW, b: NOW },
    cancels: { a: { at: 5 }, b: { at: 5 } },
    groups: {
      [GROUP]: {
        jobs: { a: "kept", b: "kept" },
        cancellation: { at: 5, waiting: 2, endedAt: NOW },
      },
    },
  },
});

transition(test, "a job that has lost its ties is in nobody's way", {
  given: {
    ...live,
    ties: { b: ties, dead: ties },
    groups: { [GROUP]: { jobs: { a: "live", b: "live" }, cancellation: { at: 5, waiting: 0 } } },
  },
  when: sweep(1),
  returns: 1,
  leaves: {
    ties: { b: ties, dead: ties },
    groups: { [GROUP]: { jobs: { b: "live" }, cancellation: { at: 5, waiting: 0 } } },
  },
});

transition(test, "jobs that are named go before the others, if they are in the group", {
  given: {
    ...live,
    jobs: { a: job, b: job, c: job, dead: job },
    queues: { q: { a: "5/1", b: "5/2", c: "5/3" } },
    groups: { [GROUP]: { jobs: { a: "live", b: "live" }, cancellation: { at: 5, waiting: 0 } } },
  },
  when: sweep(1, "b", "c", "nobody"),
  returns: 1,
  leaves: {
    queues: { q: { a: "5/1", c: "5/3" } },
    cancelled: { b: NOW },
    cancels: { b: { at: 5 } },
    groups: { [GROUP]: { jobs: { a: "live", b: "kept" }, cancellation: { at: 5, waiting: 1 } } },
  },
});

transition(test, "one that has come back with other ties is not called off with it", {
  given: {
    ...live,
    ties: { ...live.ties, a: { queue: "q", tags: ["other"] } },
    groups: { [GROUP]: { jobs: { a: "live", b: "live" }, cancellation: { at: 5, waiting: 0 } } },
  },
  when: sweep(1),
  returns: 1,
  leaves: {
    groups: { [GROUP]: { jobs: { b: "live" }, cancellation: { at: 5, waiting: 0 } } },
  },
});

transition(test, "nothing is swept that is not being called off", {
  given: live,
  when: sweep(),
  returns: 0,
});

const ended = (endedAt: number) => ({ cancellation: { at: 1, waiting: 0, endedAt } });

transition(
  test,
  "what was over long ago is forgotten, and the oldest of too many; none that goes on",
  {
    given: {
      ...live,
      groups: {
        "tag:a": ended(400),
        "tag:b": ended(100),
        "tag:c": ended(300),
        "tag:on": { cancellation: { at: 1, waiting: 0 } },
      },
    },
    when: async ({ link, keys }) => [
      await purgeCancellations.run(link, keys, { endedBefore: 300, keep: 9, limit: 100 }),
      await purgeCancellations.run(link, keys, { endedBefore: 0, keep: 1, limit: 100 }),
      await purgeCancellations.run(link, keys, { endedBefore: 400, keep: 1, limit: 100 }),
    ],
    returns: [1, 1, 0],
    leaves: { groups: { "tag:a": ended(400), "tag:on": { cancellation: { at: 1, waiting: 0 } } } },
  },
);

test.run();
