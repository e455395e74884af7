import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Expiry } from "../../../broker/engine/expiry.ts";
import { TestClock } from "../../kit/clock.ts";

const test = suite("engine/expiry");

const WAIT_MS = 100;

class CountingClock extends TestClock {
  timers = 0;

  override after(ms: number, run: () => void): () => void {
    this.timers++;
    return super.after(ms, run);
  }
}

function world() {
  const clock = new CountingClock();
  const expired: string[] = [];
  const expiry = new Expiry<{ name: string; endsAt: number }>(clock, ({ name }) => {
    expired.push(name);
  });
  const add = (name: string) => {
    const item = { name, endsAt: clock.now() + WAIT_MS };
    expiry.add(item);
    return item;
  };
  return { clock, expiry, expired, add };
}

test("each expires at its time, and not before", () => {
  const { clock, expired, add } = world();
  add("a");
  clock.advance(60);
  add("b");
  clock.advance(39);
  assert.equal(expired, []);
  clock.advance(1);
  assert.equal(expired, ["a"]);
  clock.advance(59);
  assert.equal(expired, ["a"]);
  clock.advance(1);
  assert.equal(expired, ["a", "b"]);
});

test("what is deleted does not expire, and those behind it do", () => {
  const { clock, expiry, expired, add } = world();
  const first = add("a");
  clock.advance(50);
  add("b");
  expiry.delete(first);
  clock.advance(200);
  assert.equal(expired, ["b"]);
  add("c");
  clock.advance(WAIT_MS);
  assert.equal(expired, ["b", "c"]);
});

test("however many wait, a moment at which some expire takes one timer", () => {
  const { clock, expired, add } = world();
  for (let index = 0; index < 1_000; index++) add(`${index}`);
  clock.advance(WAIT_MS);
  assert.is(expired.length, 1_000);
  assert.is(clock.timers, 1);
});

test("one that is added while others expire gets its own time", () => {
  const clock = new TestClock();
  const expired: number[] = [];
  const expiry = new Expiry<{ endsAt: number }>(clock, () => {
    expired.push(clock.now());
    if (expired.length < 3) expiry.add({ endsAt: clock.now() + WAIT_MS });
  });
  const began = clock.now();
  expiry.add({ endsAt: began + WAIT_MS });
  for (let step = 0; step < 10; step++) clock.advance(WAIT_MS / 2);
  assert.equal(
    expired.map((at) => at - began),
    [WAIT_MS, 2 * WAIT_MS, 3 * WAIT_MS],
  );
});

test("after clear nothing expires", () => {
  const { clock, expiry, expired, add } = world();
  add("a");
  expiry.clear();
  clock.advance(WAIT_MS);
  assert.equal(expired, []);
});

test.run();
