import { suite } from "uvu";
import { renew } from "../../../../broker/store/scripts.ts";
import type { TestStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/renew");

const NOW = 1_000_000;

const run =
  (...items: { jid: string; token: number }[]) =>
  ({ link, keys }: TestStore) =>
    renew.run(link, keys, { now: NOW }, items);

const job = { v: 1, queue: "q", text: "text" } as const;
const reservation = { wid: "w", reservedAt: 1, place: "5/1", call: "c:1" };
const leased = (token: number, ms: number) => ({ ...reservation, lease: { token, ms } });

const given = {
  jobs: { a: job, b: job, plain: job },
  working: { a: NOW + 1, b: NOW - 1, plain: NOW + 9 },
  reservations: { a: leased(7, 30_000), b: leased(8, 2_000), plain: reservation },
};

transition(test, "a lease lasts as long again, also when it has just run out", {
  given,
  when: run({ jid: "a", token: 7 }, { jid: "b", token: 8 }),
  returns: ["renewed", "renewed"],
  leaves: { working: { a: NOW + 30_000, b: NOW + 2_000, plain: NOW + 9 } },
});

transition(test, "one that lasts longer by itself is not made shorter", {
  given: { ...given, working: { ...given.working, a: NOW + 60_000 } },
  when: run({ jid: "a", token: 7 }),
  returns: ["renewed"],
});

transition(test, "with another token, or without a lease, nothing is renewed", {
  given,
  when: run({ jid: "a", token: 6 }, { jid: "plain", token: 7 }, { jid: "nobody", token: 7 }),
  returns: ["lost", "lost", "lost"],
});

const cancels = { a: { at: 5, reason: "too late" }, b: { at: 6, by: "ops" } };

transition(
  test,
  "one that was called off is renewed all the same, and its worker is told each time",
  {
    given: { ...given, cancelling: ["a", "b"], cancels },
    when: run({ jid: "b", token: 8 }, { jid: "plain", token: 7 }, { jid: "a", token: 7 }),
    returns: [{ cancel: cancels.b }, "lost", { cancel: cancels.a }],
    leaves: { working: { a: NOW + 30_000, b: NOW + 2_000, plain: NOW + 9 } },
  },
);

test.run();
