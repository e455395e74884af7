import { suite } from "uvu";
import * as assert from "uvu/assert";
import { MiddlewareChain } from "../../worker-sdk/middleware.ts";
import { failureOf } from "../kit/failure-of.ts";

const test = suite("worker-sdk/middleware");

test("the first is the outermost, and the step is the innermost", async () => {
  const chain = new MiddlewareChain<string[]>();
  assert.ok(chain.isEmpty);
  for (const name of ["a", "b"]) {
    chain.add(async (seen, next) => {
      seen.push(`${name} before`);
      await next();
      seen.push(`${name} after`);
    });
  }
  const seen: string[] = [];
  await chain.run(seen, async () => void seen.push("step"));
  assert.equal(seen, ["a before", "b before", "step", "b after", "a after"]);
});

test("an error rises through all that do not catch it", async () => {
  const chain = new MiddlewareChain<undefined>();
  chain.add(async (_subject, next) => {
    await next().catch((cause: unknown) => {
      throw new Error("outer", { cause });
    });
  });
  const step = () => Promise.reject(new Error("inner"));
  const error = await failureOf(chain.run(undefined, step));
  assert.is((error.cause as Error).message, "inner");
});

test("next is called once, and its step is not run again", async () => {
  const chain = new MiddlewareChain<undefined>();
  chain.add(async (_subject, next) => {
    await next();
    await next();
  });
  let count = 0;
  const error = await failureOf(chain.run(undefined, async () => void count++));
  assert.match(error.message, "next twice");
  assert.is(count, 1);
});

test.run();
