import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ArgumentParser } from "../../../broker/commands/argument-parser.ts";
import { parseFail } from "../../../protocol/commands/fail.ts";
import { parseMutate } from "../../../protocol/commands/mutate.ts";
import { jobTexts, parsePushb } from "../../../protocol/commands/pushb.ts";
import { CommandError } from "../../../protocol/errors.ts";
import { parseJob } from "../../../protocol/job.ts";

const test = suite("commands/argument-parser");

const RECEIVED_AT = 1_700_000_000_000;
const LONG = "x".repeat(300_000);

const push = { verb: "PUSH", parse: parseJob };

function job(members = ""): Buffer {
  return Buffer.from(`{"jid":"long-job-1","jobtype":"T","args":["${LONG}"]${members}}`);
}

/** A test's body with a parser. */
function withParser(run: (parser: ArgumentParser) => Promise<void>): () => Promise<void> {
  return async () => {
    const parser = new ArgumentParser();
    // What keeps a broker alive is the connection of whoever waits.
    const alive = setInterval(() => {}, 1_000);
    try {
      await run(parser);
    } finally {
      await parser.stop();
      clearInterval(alive);
    }
  };
}

test(
  "a short argument is parsed at once",
  withParser(async (parser) => {
    const short = Buffer.from('{"jid":"short-job","jobtype":"T","args":[]}');
    assert.equal(parser.parse(push, short, RECEIVED_AT), parseJob(short, RECEIVED_AT));
    assert.throws(() => parser.parse(push, Buffer.from("{"), RECEIVED_AT), /unexpected end/);
  }),
);

test(
  "a long one gives the same, and meanwhile other things happen",
  withParser(async (parser) => {
    const failed = ',"failure":{"retry_count":3,"message":"m"},"at":"2099-01-01T00:00:00Z"';
    let turns = 0;
    const counting = setInterval(() => turns++, 1);
    const parsed = await parser.parse(push, job(failed), RECEIVED_AT);
    clearInterval(counting);
    assert.equal(parsed, parseJob(job(failed), RECEIVED_AT));
    assert.ok(Buffer.isBuffer(parsed.text));
    assert.ok(turns > 0);
  }),
);

test(
  "and so do the other verbs, in the order in which they were asked for",
  withParser(async (parser) => {
    const array = Buffer.from(`[${job().toString()},${job().toString()}]`);
    const fail = Buffer.from(`{"jid":"j","message":"${LONG}"}`);
    const mutate = Buffer.from(
      `{"cmd":"kill","target":"dead","filter":{"jids":["${LONG}","long-job-1"]}}`,
    );
    const order: string[] = [];
    const ask = async <Arguments>(
      verb: string,
      parse: (argument: Buffer) => Arguments,
      of: Buffer,
    ) => {
      const parsed = await parser.parse({ verb, parse }, of, RECEIVED_AT);
      order.push(verb);
      return parsed;
    };
    const [jobs, report, mutation] = await Promise.all([
      ask("PUSHB", parsePushb, array),
      ask("FAIL", parseFail, fail),
      ask("MUTATE", parseMutate, mutate),
    ]);
    assert.equal([...jobTexts(jobs)], [job(), job()]);
    assert.equal(report, parseFail(fail));
    assert.equal(mutation, parseMutate(mutate));
    assert.equal(order, ["PUSHB", "FAIL", "MUTATE"]);
  }),
);

test(
  "what is refused is refused as ever, and names the job",
  withParser(async (parser) => {
    for (const text of [job("]"), job(',"retry":"x"'), job(',"priority":12')]) {
      const here = caught(() => parseJob(text, RECEIVED_AT));
      const there = await caughtLater(parser.parse(push, text, RECEIVED_AT));
      assert.equal(there, here);
    }
    const { jid } = await caughtLater(parser.parse(push, job(',"priority":12'), RECEIVED_AT));
    assert.is(jid, "long-job-1");
  }),
);

test(
  "when the thread ends, who waits learns of it, and the next one gets a new thread",
  withParser(async (parser) => {
    const waiting = Promise.resolve(parser.parse(push, job(), RECEIVED_AT));
    const failure = waiting.then(
      () => "parsed",
      (error: Error) => error.message,
    );
    await parser.stop();
    assert.is(await failure, "the parser's thread has ended");
    assert.is((await parser.parse(push, job(), RECEIVED_AT)).jid, "long-job-1");
  }),
);

function caught(run: () => unknown): { message: string; code: string; jid: string | undefined } {
  try {
    run();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { message: error.message, code: error.code, jid: error.jid };
  }
  throw new Error("nothing was thrown");
}

async function caughtLater(parsing: unknown): Promise<ReturnType<typeof caught>> {
  const error: unknown = await Promise.resolve(parsing).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return caught(() => {
    throw error;
  });
}

test.run();
