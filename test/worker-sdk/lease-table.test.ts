import { once } from "node:events";
import { Worker as Thread } from "node:worker_threads";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { LeaseTable } from "../../worker-sdk/lease-table.ts";

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

/** Adds and deletes without a pause, each jid with the token that is its number. */
const WRITER = `
  const { parentPort, workerData } = require("node:worker_threads");
  import(workerData.module).then(({ LeaseTable }) => {
    const table = new LeaseTable();
    parentPort.postMessage(table.memory);
    for (let token = 1; ; token++) {
      table.delete(table.add({ jid: "j".repeat(token % 50) + token, token }));
    }
  });
`;

test("what is read while another thread writes is whole, or left out", async () => {
  const module = new URL("../../worker-sdk/lease-table.ts", import.meta.url).href;
  const loader = new URL("../../bin/from-source.mjs", import.meta.url).href;
  const thread = new Thread(WRITER, {
    eval: true,
    workerData: { module },
    execArgv: ["--import", loader],
  });
  const [memory] = (await once(thread, "message")) as [SharedArrayBuffer];
  const table = new LeaseTable(memory);
  let found = 0;
  const endsAt = performance.now() + 10_000;
  while (found < 1_000 && performance.now() < endsAt) {
    for (const { jid, token } of table.read()) {
      found++;
      assert.is(jid, "j".repeat(token % 50) + token);
    }
  }
  await thread.terminate();
  assert.is(found, 1_000);
});

test.run();
