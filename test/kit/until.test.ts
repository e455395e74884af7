import { suite } from "uvu";
import * as assert from "uvu/assert";
import { until } from "./until.ts";

const test = suite("kit/until");

test("it returns the first true value", async () => {
  let count = 0;
  assert.is(await until(() => (++count < 3 ? 0 : count), { what: "three" }), 3);
});

test("it takes an asynchronous predicate", async () => {
  const later = performance.now() + 20;
  await until(async () => performance.now() > later, { what: "later" });
});

test("it names what did not happen", async () => {
  try {
    await until(() => false, { what: "pigs fly", withinMs: 20 });
    assert.unreachable("they do");
  } catch (error) {
    assert.is((error as Error).message, "not within 20 ms: pigs fly");
  }
});

test("an error of the predicate's own comes through", async () => {
  const broken = () => Promise.reject(new Error("broken"));
  const outcome = await until(broken, { what: "never" }).catch((error: Error) => error.message);
  assert.is(outcome, "broken");
});

test.run();
