import { suite } from "uvu";
import * as assert from "uvu/assert";
import { WatchedQueues } from "../../../broker/engine/watched-queues.ts";

const test = suite("engine/watched-queues");

interface Fetch {
  queues: string[];
}

function watch(...fetches: Fetch[]): WatchedQueues<Fetch> {
  const watched = new WatchedQueues<Fetch>();
  for (const fetch of fetches) watched.enter(fetch);
  return watched;
}

/** All that is visited with such a budget, where each visit takes as much of it as is said. */
function visited(watched: WatchedQueues<Fetch>, budget: number, cost = 0): string[] {
  const names = new Map([...watched.names()].map((name) => [watched.find(name), name]));
  const visits: string[] = [];
  watched.goRound(budget, (queue) => {
    visits.push(names.get(queue) ?? "");
    return cost;
  });
  return visits;
}

test("a round visits each queue once, however large the budget is", () => {
  const watched = watch({ queues: ["a", "b"] }, { queues: ["b", "c"] });
  assert.equal(visited(watched, 100), ["a", "b", "c"]);
  assert.equal(visited(watched, 100), ["a", "b", "c"]);
});

test("what the budget does not cover comes next time, and then a new round begins", () => {
  const watched = watch({ queues: ["a", "b", "c"] });
  assert.equal(visited(watched, 2), ["a", "b"]);
  assert.equal(visited(watched, 2), ["c"]);
  assert.equal(visited(watched, 6, 2), ["a", "b"]);
});

test("a queue that nobody waits for is forgotten at once, unless it is known to be empty", () => {
  const fetch = { queues: ["a", "b"] };
  const watched = watch(fetch);
  const known = watched.find("b");
  if (known) known.isEmpty = true;
  watched.leave(fetch);
  assert.equal([...watched.names()], ["b"]);
});

test("that one is forgotten a round later, unless somebody has come back", () => {
  const fetch = { queues: ["a", "b"] };
  const watched = watch(fetch);
  for (const name of fetch.queues) Object.assign(watched.find(name) ?? {}, { isEmpty: true });
  watched.leave(fetch);
  visited(watched, 100);
  assert.is(watched.size, 2);
  const again = { queues: ["b"] };
  watched.enter(again);
  visited(watched, 100);
  assert.equal([...watched.names()], ["b"]);
  assert.equal([...(watched.find("b")?.fetches ?? [])], [again]);
  visited(watched, 100);
  assert.is(watched.size, 1);
});

test("no more than 100,000 are remembered that nobody waits for", () => {
  const fetch = { queues: Array.from({ length: 100_001 }, (_, index) => `q${index}`) };
  const watched = watch(fetch);
  for (const name of fetch.queues) Object.assign(watched.find(name) ?? {}, { isEmpty: true });
  watched.leave(fetch);
  assert.is(watched.size, 100_000);
  watched.enter(fetch);
  for (const name of fetch.queues) Object.assign(watched.find(name) ?? {}, { isEmpty: true });
  watched.leave(fetch);
  assert.is(watched.size, 100_000, "those who came back are not counted");
  visited(watched, 1_000_000);
  visited(watched, 1_000_000);
  assert.is(watched.size, 0);
  watched.enter(fetch);
  for (const name of fetch.queues) Object.assign(watched.find(name) ?? {}, { isEmpty: true });
  watched.leave(fetch);
  assert.is(watched.size, 100_000);
});

test.run();
