import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GroupCommit, type GroupOptions, LATER } from "../../../broker/store/group-commit.ts";

const test = suite("store/group-commit");

interface Call {
  items: string[];
  /** Gives the first so many back with a mark, and puts off the others. */
  succeedWith(count: number): void;
  /** Gives each item back with a mark. */
  succeed(): void;
  fail(error: Error): void;
}

/** A group commit whose calls the test answers. */
function open(options: GroupOptions<string> = { maxItems: 100 }) {
  const calls: Call[] = [];
  const commit = (items: string[]) =>
    new Promise<(string | typeof LATER)[]>((resolve, reject) => {
      const succeedWith = (count: number) =>
        resolve(items.map((item, index) => (index < count ? `${item}!` : LATER)));
      const succeed = () => succeedWith(items.length);
      calls.push({ items, succeed, succeedWith, fail: reject });
    });
  const group = new GroupCommit(commit, options);
  const groups = () => calls.map(({ items }) => items.join(""));
  return { group, calls, groups };
}

/** Lets this turn of the event loop end, and what it set off happen. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });
}

test("what is added in one turn goes as one call, in its order", async () => {
  const { group, calls, groups } = open();
  const results = [group.add("a"), group.add("b")];
  await Promise.resolve();
  results.push(group.add("c"));
  assert.equal(groups(), []);
  await turn();
  assert.equal(groups(), ["abc"]);
  calls[0]?.succeed();
  assert.equal(await Promise.all(results), ["a!", "b!", "c!"]);
});

test("what is put off goes first in the next call", async () => {
  const { group, calls, groups } = open();
  const results = ["a", "b", "c"].map((item) => group.add(item));
  await turn();
  results.push(group.add("d"));
  calls[0]?.succeedWith(1);
  assert.is(await results[0], "a!");
  await turn();
  assert.equal(groups(), ["abc", "bcd"]);
  calls[1]?.succeed();
  assert.equal(await Promise.all(results), ["a!", "b!", "c!", "d!"]);
});

test("what comes while a call is under way waits for it, and then goes as one", async () => {
  const { group, calls, groups } = open();
  void group.add("a");
  await turn();
  void group.add("b");
  await turn();
  const last = group.add("c");
  await turn();
  assert.equal(groups(), ["a"]);
  calls[0]?.succeed();
  await turn();
  assert.equal(groups(), ["a", "bc"]);
  calls[1]?.succeed();
  assert.is(await last, "c!");
});

test("a group has a most of items, and what is over goes in the next", async () => {
  const { group, calls, groups } = open({ maxItems: 3 });
  const results = [..."abcdefgh"].map((item) => group.add(item));
  await turn();
  // The last one could still grow, so it waits.
  assert.equal(groups(), ["abc", "def"]);
  calls[0]?.succeed();
  await turn();
  assert.equal(groups(), ["abc", "def"]);
  calls[1]?.succeed();
  await turn();
  assert.equal(groups(), ["abc", "def", "gh"]);
  calls[2]?.succeed();
  assert.is((await Promise.all(results)).join(""), "a!b!c!d!e!f!g!h!");
});

test("a full group goes at once while another is under way", async () => {
  const { group, groups } = open({ maxItems: 2 });
  void group.add("a");
  await turn();
  assert.equal(groups(), ["a"]);
  void group.add("b");
  await turn();
  assert.equal(groups(), ["a"]);
  void group.add("c");
  void group.add("d");
  await turn();
  assert.equal(groups(), ["a", "bc"]);
});

test("not more than eight calls are under way at once", async () => {
  const { group, calls, groups } = open({ maxItems: 1 });
  for (const item of "abcdefghijkl") void group.add(item);
  await turn();
  assert.equal(groups().join(""), "abcdefgh");
  calls[3]?.succeed();
  await turn();
  assert.equal(groups().join(""), "abcdefghi");
});

const weighed = { maxItems: 10, maxWeight: 10, weigh: Number };

test("a group has a most of weight", async () => {
  const { group, groups } = open(weighed);
  for (const item of "4451199") void group.add(item);
  await turn();
  assert.equal(groups(), ["44", "511", "9"]);
});

test("an item that is too heavy by itself goes alone", async () => {
  const { group, groups } = open({ ...weighed, maxWeight: 5 });
  for (const item of "19111") void group.add(item);
  await turn();
  assert.equal(groups(), ["1", "9"]);
});

test("an error reaches exactly the items of its group", async () => {
  const { group, calls } = open({ maxItems: 2 });
  const results = Promise.allSettled([..."abcdef"].map((item) => group.add(item)));
  await turn();
  calls[0]?.succeed();
  calls[1]?.fail(new Error("away"));
  await turn();
  calls[2]?.succeed();
  const outcomes = (await results).map((outcome) =>
    outcome.status === "fulfilled" ? outcome.value : String(outcome.reason),
  );
  assert.equal(outcomes, ["a!", "b!", "Error: away", "Error: away", "e!", "f!"]);
});

test("after an error it goes on with what waited", async () => {
  const { group, calls, groups } = open();
  const first = group.add("a").catch((error: Error) => error.message);
  await turn();
  const second = group.add("b");
  calls[0]?.fail(new Error("away"));
  assert.is(await first, "away");
  await turn();
  assert.equal(groups(), ["a", "b"]);
  calls[1]?.succeed();
  assert.is(await second, "b!");
});

test("a commit that throws at once fails its group", async () => {
  const broken = () => {
    throw new Error("can't be packed");
  };
  const group = new GroupCommit<string, string>(broken, { maxItems: 2 });
  const outcome = await group.add("a").catch((error: Error) => error.message);
  assert.is(outcome, "can't be packed");
  const again = await group.add("a").catch((error: Error) => error.message);
  assert.is(again, "can't be packed");
});

test.run();
