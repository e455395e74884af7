import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { LeaseTable } from "../../worker-sdk/lease-table.ts";
import { startProgram } from "../kit/program.ts";
import { temporaryDirectory } from "../kit/serve.ts";

const test = suite("worker-sdk/lease-table");

test("what is added is read, on either side of the memory, until it is deleted", () => {
  const table = new LeaseTable();
  const other = new LeaseTable(table.memory);
  const place = table.add({ jid: "a1b2c3d4", token: 2 ** 52 + 1 }) ?? 0;
  table.add({ jid: "größer", token: 7 });
  assert.equal(
    other.read(),
    [
      { jid: "größer", token: 7 },
      { jid: "a1b2c3d4", token: 2 ** 52 + 1 },
    ].toReversed(),
  );
  table.delete(place);
  assert.equal(other.read(), [{ jid: "größer", token: 7 }]);
});

test("a place is taken again, and nothing of what was there is left", () => {
  const table = new LeaseTable();
  const place = table.add({ jid: "a-very-long-name", token: 1 }) ?? 0;
  table.delete(place);
  assert.is(table.add({ jid: "short", token: 2 }), place);
  assert.equal(table.read(), [{ jid: "short", token: 2 }]);
});

test("a full one takes no more, and does when there is room again", () => {
  const table = new LeaseTable();
  let count = 0;
  while (table.add({ jid: `job-${count}`, token: count + 1 }) !== undefined) count++;
  assert.is(table.read().length, count);
  assert.is(table.add({ jid: "too many", token: 1 }), undefined);
  table.delete(3);
  assert.is(table.add({ jid: "fits", token: 1 }), 3);
});

test("a jid of the greatest length fits, and a longer one does no harm to its neighbours", () => {
  const table = new LeaseTable();
  table.add({ jid: "x".repeat(1_000), token: 1 });
  table.add({ jid: "y".repeat(1_001), token: 2 });
  table.add({ jid: "z", token: 3 });
  assert.equal(
    table.read().map(({ jid }) => jid.length),
    [1_000, 1_000, 1],
  );
});

const MODULE = new URL("../../worker-sdk/lease-table.ts", import.meta.url).href;

/** One thread adds and deletes without a pause, each jid with the token that it tells of; the other reads. */
const PROGRAM = `
  import { once } from "node:events";
  import { isMainThread, parentPort, Worker } from "node:worker_threads";
  import { LeaseTable } from ${JSON.stringify(MODULE)};
  const jidOf = (token) => "j".repeat(token % 50) + token;
  if (isMainThread) {
    const [memory] = await once(new Worker(new URL(import.meta.url)), "message");
    const table = new LeaseTable(memory);
    let found = 0;
    while (found < 2_000) {
      for (const { jid, token } of table.read()) {
        found++;
        if (jid !== jidOf(token)) throw new Error(jid + " is not " + jidOf(token));
      }
    }
    process.exit(0);
  } else {
    const table = new LeaseTable();
    parentPort.postMessage(table.memory);
    for (let token = 1; ; token++) table.delete(table.add({ jid: jidOf(token), token }));
  }
`;

test("what is read while another thread writes is whole, or left out", async () => {
  const file = join(temporaryDirectory(), "threads.mjs");
  writeFileSync(file, PROGRAM);
  const { ended, stderr } = startProgram(["--import", "./bin/from-source.mjs", file]);
  assert.is(await ended, 0, stderr());
});

test.run();
