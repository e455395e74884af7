import { suite } from "uvu";
import * as assert from "uvu/assert";
import { QueueOrder } from "../../worker-sdk/queue-order.ts";

const test = suite("worker-sdk/queue-order");

test("a list is a strict order", () => {
  const order = new QueueOrder(["critical", "default", "bulk"], Math.random);
  assert.equal(order.next(), ["critical", "default", "bulk"]);
  assert.equal(order.next(), ["critical", "default", "bulk"]);
});

test("with weights each queue comes first as often as it weighs, and all are named", () => {
  // Every tenth of the way from 0 to 1, for the first draw of each; the others do not matter.
  let draws = 0;
  const random = () => (draws++ % 3 === 0 ? (Math.floor(draws / 3) % 10) / 10 : 0);
  const order = new QueueOrder({ critical: 7, default: 2, bulk: 1 }, random);
  const firsts = new Map<string, number>();
  for (let round = 0; round < 10; round++) {
    const queues = order.next();
    assert.equal([...queues].toSorted(), ["bulk", "critical", "default"]);
    firsts.set(queues[0] ?? "", (firsts.get(queues[0] ?? "") ?? 0) + 1);
  }
  assert.equal(Object.fromEntries(firsts), { critical: 7, default: 2, bulk: 1 });
});

test("rounding can't leave a queue out", () => {
  const order = new QueueOrder({ a: 0.1, b: 0.2 }, () => 1);
  assert.equal([...order.next()].toSorted(), ["a", "b"]);
});

test("a name that no queue can have is refused", () => {
  for (const name of ["", "my queue", "a\r\nFLUSH", "*"]) {
    assert.throws(() => new QueueOrder([name], Math.random), RangeError);
    assert.throws(() => new QueueOrder({ [name]: 1 }, Math.random), RangeError);
  }
});

test("no queue, or a weight that is none, is refused", () => {
  for (const queues of [[], {}]) {
    assert.throws(() => new QueueOrder(queues, Math.random), /a worker needs a queue/);
  }
  for (const weight of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => new QueueOrder({ a: 1, b: weight }, Math.random), /the weight of b/);
  }
});

test.run();
