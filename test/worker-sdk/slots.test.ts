import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Slots } from "../../worker-sdk/slots.ts";

const test = suite("worker-sdk/slots");

const never = new AbortController().signal;

test("there are so many and no more, and who waits is served in order", async () => {
  const slots = new Slots(2);
  assert.is(await slots.acquire(never), true);
  assert.is(slots.takeFree(5), 1);
  assert.is(slots.takeFree(5), 0);
  const served: string[] = [];
  const waiting = ["a", "b"].map((name) => slots.acquire(never).then(() => served.push(name)));
  slots.giveBack();
  await waiting[0];
  assert.equal(served, ["a"]);
  slots.giveBack(3);
  await waiting[1];
  assert.equal(served, ["a", "b"]);
  assert.is(slots.takeFree(5), 2);
});

test("who gives up takes nothing, and is passed over", async () => {
  const slots = new Slots(1);
  const controller = new AbortController();
  await slots.acquire(never);
  const first = slots.acquire(controller.signal);
  const second = slots.acquire(never);
  controller.abort();
  assert.is(await first, false);
  assert.is(await slots.acquire(controller.signal), false);
  slots.giveBack();
  assert.is(await second, true);
  assert.is(slots.takeFree(1), 0);
});

test("of several signals the first that fires counts", async () => {
  const slots = new Slots(1);
  const controller = new AbortController();
  await slots.acquire(never);
  const first = slots.acquire(never, controller.signal);
  controller.abort();
  assert.is(await first, false);
  assert.is(await slots.acquire(never, controller.signal), false);
  slots.giveBack();
  assert.is(slots.takeFree(1), 1);
});

test.run();
