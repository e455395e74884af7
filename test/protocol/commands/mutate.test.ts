import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeMutate, type Mutation, parseMutate } from "../../../protocol/commands/mutate.ts";

const test = suite("protocol/commands/mutate");

const NOTHING = { jids: [], pattern: "", jobtype: "" };

test("a client's MUTATE is what the broker reads", () => {
  const mutations: Mutation[] = [
    { action: "kill", target: "retries", filter: { ...NOTHING, jids: ["a1b2c3d4"] } },
    {
      action: "discard",
      target: "dead",
      filter: { ...NOTHING, pattern: '*"Mail"*', jobtype: "T" },
    },
    { action: "clear", target: "scheduled", filter: NOTHING },
  ];
  for (const mutation of mutations) {
    const line = encodeMutate(mutation);
    assert.equal(parseMutate(Buffer.from(line.slice("MUTATE ".length))), mutation);
  }
});

test("what a filter does not name is not in it, since a Faktory would look for it", () => {
  const clear = encodeMutate({ action: "clear", target: "dead", filter: NOTHING });
  assert.is(clear, 'MUTATE {"cmd":"clear","target":"dead","filter":{}}');
});

test.run();
