import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../../worker-sdk/client.ts";
import { NotSupported, Overlap, ServerError, ServerUnavailable } from "../../worker-sdk/errors.ts";
import { failureOf } from "../kit/failure-of.ts";
import { bulkReply, type ScriptedServer, withScriptedServer } from "../kit/scripted-server.ts";

// What batches come to on servers that have none, or not all of millrace's, or that are away.

const test = suite("worker-sdk/batch, on other servers");

const BID = "b-W5uwOl0DNxfZyg";
const success = { type: "done", args: [] };

/** A client of its own, closed at the end. */
async function withClient(server: ScriptedServer, use: (client: Client) => Promise<void>) {
  const client = new Client({ url: server.url, firstBackOffMs: 1 });
  await use(client);
  await client.close();
}

/** As a Faktory Enterprise answers. */
function enterprise(line: string): string {
  if (line.startsWith("BATCH NEW") || line.startsWith("BATCH OPEN")) return bulkReply(BID);
  if (line.startsWith("BATCH STATUS")) {
    return bulkReply(
      JSON.stringify({ bid: BID, total: 1, pending: 1, failed: 0, success_st: "1" }),
    );
  }
  if (line.startsWith("PUSHB")) return bulkReply("{}");
  return /^BATCH (?:CANCEL|TREE|LIST|RETRY|RESULTS)/.test(line) ? "-ERR whatever it says" : "+OK";
}

test(
  "a Faktory without batches says so",
  withScriptedServer(async (server) => {
    server.answer = () => "-ERR batch subsystem is only available in Faktory Enterprise";
    await withClient(server, async (client) => {
      for (const call of [
        () => client.batch({ success }, () => {}),
        () => client.chain("c", [success]),
        () => client.openBatch(BID),
        () => client.batches.status(BID),
      ]) {
        const error = await failureOf(call());
        assert.instance(error, NotSupported);
        assert.is(error.message, "this server has no BATCH");
        assert.match(String(error.cause), "only available in Faktory Enterprise");
      }
    });
  }),
);

test(
  "on a Faktory Enterprise its batches work, and millrace's own are refused before a job is pushed",
  withScriptedServer(async (server) => {
    server.answer = enterprise;
    await withClient(server, async (client) => {
      const callback = { ...success, jid: "some-callback", queue: "q", custom: { a: 1 } };
      const batch = await client.batch({ description: "mine", success: callback }, async (own) => {
        await own.push("work", [1], { jid: "some-job" });
        await own.pushBulk([{ type: "work", args: [2], jid: "another-job" }]);
      });
      assert.equal(server.lines.splice(0), [
        'BATCH NEW {"description":"mine","success":{"jid":"some-callback","jobtype":"done","args":[],"queue":"q","custom":{"a":1}}}',
        `PUSH {"jid":"some-job","jobtype":"work","args":[1],"custom":{"bid":"${BID}"}}`,
        `PUSHB [{"jid":"another-job","jobtype":"work","args":[2],"custom":{"bid":"${BID}"}}]`,
        `BATCH COMMIT ${BID}`,
      ]);
      const { state, success: called } = await batch.status();
      assert.equal([state, called], ["unknown", "called"]);
      await batch.batch({ complete: callback }, () => {});
      assert.match(server.lines[1] ?? "", `"parent_bid":"${BID}"`);
      server.lines.length = 0;
      for (const own of [
        { death: success },
        { key: "k" },
        { after: [batch] },
        { hold: true },
        { tags: ["t"] },
        { meta: 1 },
        { timeoutSeconds: 1 },
      ]) {
        const begun = client.batch({ success, ...own }, (some) => some.push("work", []));
        assert.instance(await failureOf(begun), NotSupported);
      }
      assert.instance(await failureOf(client.chain("c", [success])), NotSupported);
      assert.not(server.lines.some((line) => line.startsWith("PUSH") || line.includes("COMMIT")));
    });
  }),
);

test(
  "there a function that throws leaves the batch uncommitted, and its error comes out",
  withScriptedServer(async (server) => {
    server.answer = enterprise;
    await withClient(server, async (client) => {
      const error = new Error("no more");
      const thrown = await failureOf(
        client.batch({ success }, () => {
          throw error;
        }),
      );
      assert.is(thrown, error);
      assert.not(server.lines.some((line) => line.startsWith("BATCH COMMIT")));
    });
  }),
);

test(
  "when it can't be called off that is told besides",
  withScriptedServer(async (server) => {
    const statusOf = bulkReply(`{"bid":"${BID}","state":"open"}`);
    server.answer = (line) => {
      if (line.startsWith("BATCH NEW")) return bulkReply(BID);
      return line.startsWith("BATCH STATUS")
        ? statusOf
        : "-ERR Redis can't be reached at the moment";
    };
    await withClient(server, async (client) => {
      const error = new Error("no more");
      const thrown = await failureOf(
        client.batch({ success }, () => {
          throw error;
        }),
      );
      assert.instance(thrown, AggregateError);
      assert.match(thrown.message, `batch ${BID} was given up, and could not be called off`);
      const [first, second] = (thrown as AggregateError).errors as unknown[];
      assert.is(first, error);
      assert.instance(second, ServerError);
    });
  }),
);

test(
  "a batch whose bid was lost is begun again, but not where that would hold up others",
  withScriptedServer(async (server) => {
    let losses = 1;
    server.answer = (line, connection) => {
      if (!line.startsWith("BATCH NEW") || losses-- <= 0) {
        return line.startsWith("BATCH STATUS")
          ? bulkReply(`{"bid":"${BID}","state":"open"}`)
          : enterprise(line);
      }
      connection.cut();
      return undefined;
    };
    const begunCount = () => server.lines.filter((line) => line.startsWith("BATCH NEW")).length;
    await withClient(server, async (client) => {
      await client.batch({ success }, () => {});
      assert.is(begunCount(), 2);
      losses = 1;
      const keyed = await failureOf(client.batch({ success, key: "k" }, () => {}));
      assert.instance(keyed, ServerUnavailable);
      assert.is((keyed as ServerUnavailable).mayBeDone, true);
      assert.is(begunCount(), 3);
      const outer = await client.openBatch(BID);
      losses = 1;
      assert.instance(await failureOf(outer.batch({ success }, () => {})), ServerUnavailable);
      assert.is(begunCount(), 4);
    });
  }),
);

test(
  "a commit whose reply was lost is given again, and a retry is not",
  withScriptedServer(async (server) => {
    server.answer = (line, connection) => {
      const isFirst = server.lines.filter((one) => one === line).length === 1;
      if (!isFirst || !/COMMIT|RETRY/.test(line)) return enterprise(line).replace("-ERR", "+OK");
      connection.cut();
      return undefined;
    };
    await withClient(server, async (client) => {
      await client.batch({ success }, () => {});
      assert.is(server.lines.filter((line) => line === `BATCH COMMIT ${BID}`).length, 2);
      assert.instance(await failureOf(client.batches.retry(BID)), ServerUnavailable);
    });
  }),
);

test(
  "an overlap that names no batch is an error as any other",
  withScriptedServer(async (server) => {
    server.answer = () => `-OVERLAP batch ${BID} has the key "k", and has not ended`;
    await withClient(server, async (client) => {
      const refusal = await failureOf(client.batch({ success, key: "k" }, () => {}));
      assert.instance(refusal, Overlap);
      assert.is((refusal as Overlap).bid, BID);
      server.answer = () => "-OVERLAP something";
      const other = await failureOf(client.batch({ success, key: "k" }, () => {}));
      assert.not.instance(other, Overlap);
      assert.instance(other, ServerError);
    });
  }),
);

test(
  "an overlap policy without a key, and a signal that has fired, begin nothing",
  withScriptedServer(async (server) => {
    server.answer = enterprise;
    await withClient(server, async (client) => {
      const noKey = await failureOf(client.batch({ success, overlap: "queue" }, () => {}));
      assert.match(String(noKey), "RangeError: overlap needs a key");
      assert.equal(server.lines, []);
      const aborter = new AbortController();
      const given = await failureOf(
        client.batch({ success, signal: aborter.signal }, () => aborter.abort(new Error("enough"))),
      );
      assert.is(given.message, "enough");
      assert.ok(server.lines.some((line) => line.startsWith(`BATCH CANCEL ${BID}`)));
      assert.not(server.lines.some((line) => line.startsWith("BATCH COMMIT")));
    });
  }),
);

test.run();
