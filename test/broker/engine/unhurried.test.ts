import { suite } from "uvu";
import * as assert from "uvu/assert";
import { unhurried } from "../../../broker/engine/unhurried.ts";
import { turnsDuring } from "../../kit/turns.ts";

const test = suite("engine/unhurried");

/** Goes through all the items, and tells how many turns of the event loop others had meanwhile. */
async function turnsFor<Item>(
  items: Iterable<Item>,
  bytesOf: (item: Item) => number,
  work: (item: Item) => void = () => {},
): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve)); // so it is nobody else's turn
  return await turnsDuring(async () => {
    for await (const item of unhurried(items, bytesOf)) work(item);
  });
}

/** Keeps the process busy, as the work on an item does. */
function busy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test("every item comes, in its order", async () => {
  const seen: number[] = [];
  for await (const item of unhurried([3, 1, 2], () => 2 ** 20)) seen.push(item);
  assert.equal(seen, [3, 1, 2]);
});

test("a few small items are one turn's work", async () => {
  assert.is(await turnsFor([1, 2, 3], () => 1), 0);
});

test("after a quarter of a mebibyte others have a turn", async () => {
  const turns = await turnsFor(Array.from({ length: 12 }), () => 2 ** 17);
  assert.ok(turns >= 3, `${turns}`);
});

test("after two milliseconds others have a turn, however small the items", async () => {
  const turns = await turnsFor(
    Array.from({ length: 10 }),
    () => 1,
    () => busy(2),
  );
  assert.ok(turns >= 9, `${turns}`);
});

test("what many do at once is not more in a turn than what one does", async () => {
  await new Promise((resolve) => setTimeout(resolve)); // so it is nobody else's turn
  const turns: number[] = [0];
  const watch = async () => {
    for await (const ms of unhurried([2, 2, 2, 2, 2], () => 1)) {
      turns.push((turns.pop() ?? 0) + 1);
      busy(ms);
      setImmediate(() => turns.push(0));
    }
  };
  await Promise.all(Array.from({ length: 20 }, watch));
  // The first items of all come before anybody knows how long they take.
  const [, ...later] = turns.filter((count) => count > 0);
  assert.ok(Math.max(...later) <= 2, later.join());
});

test.run();
