import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeReply, type Reply } from "../../protocol/reply.ts";
import { ReplyReader } from "../../protocol/reply-reader.ts";
import { cut, everyCut, randomCuts } from "./cuts.ts";
import { countWork } from "./work.ts";

const test = suite("protocol/reply-reader");

/** A reply as a text that tells its kind and all that it carries. */
function show(reply: Reply): string {
  switch (reply.kind) {
    case "simple":
      return `simple ${reply.text}`;
    case "error":
      return `error ${reply.code}|${reply.message}`;
    case "bulk":
      return `bulk ${reply.body.toString()}`;
    case "nil":
      return "nil";
  }
}

/** The replies of a stream that comes in these chunks; at the end the error, if there was one. */
function read(chunks: Buffer[]): string[] {
  const reader = new ReplyReader();
  const replies: string[] = [];
  try {
    for (const chunk of chunks) reader.read(chunk, (reply) => replies.push(show(reply)));
  } catch (error) {
    replies.push(String(error));
  }
  return replies;
}

const streams: Record<string, string[]> = {
  "": [],
  "+OK\r\n": ["simple OK"],
  "+\r\n": ["simple "],
  '+HI {"v":2,"i":4735,"s":"5d3c"}\r\n': ['simple HI {"v":2,"i":4735,"s":"5d3c"}'],
  "+a\nb\rc\r\n": ["simple a\nb\rc"],
  "-ERR Job not found x\r\n": ["error ERR|Job not found x"],
  "-ERR unknown command \r\n": ["error ERR|unknown command "],
  "-ERR  two spaces\r\n": ["error ERR| two spaces"],
  "-ERR\r\n": ["error ERR|"],
  "-NOTUNIQUE Job not unique\r\n": ["error NOTUNIQUE|Job not unique"],
  "-ERR invalid ACK \u2028\n\u0085\r\n": ["error ERR|invalid ACK \u2028\n\u0085"],
  "$-1\r\n": ["nil"],
  "$0\r\n\r\n": ["bulk "],
  "$2\r\n{}\r\n": ["bulk {}"],
  "$6\r\né🙂\r\n": ["bulk é🙂"],
  "$12\r\n\r\n+OK\r\n$-1\r\n\r\n": ["bulk \r\n+OK\r\n$-1\r\n"],
  "+OK\r\n$2\r\n{}\r\n$-1\r\n-ERR x\r\n$0\r\n\r\n+OK\r\n": [
    "simple OK",
    "bulk {}",
    "nil",
    "error ERR|x",
    "bulk ",
    "simple OK",
  ],
  "+OK\r": [],
  "+OK\r\n$3\r\nab": ["simple OK"],
  "$3\r\nabc": [],
  "$3\r\nabc\r": [],
  "+OK\r\nHELLO\r\n+OK\r\n": ["simple OK", "ReplyError: not a reply: HELLO"],
};

for (const line of [
  "",
  "OK",
  ":1",
  "*1",
  "$",
  "$x",
  "$-2",
  "$-12",
  "$1.5",
  "$+1",
  "$1 ",
  "-",
  "- x",
]) {
  streams[`${line}\r\n`] = [`ReplyError: not a reply: ${line}`];
}

for (const [stream, replies] of Object.entries(streams)) {
  test(`${JSON.stringify(stream)} is understood, wherever it is cut`, () => {
    for (const chunks of everyCut(Buffer.from(stream))) assert.equal(read(chunks), replies);
  });
}

const anyReply: fc.Arbitrary<Reply> = fc.oneof(
  fc.constant<Reply>({ kind: "nil" }),
  fc.stringMatching(/^[^\r\n]*$/).map((text): Reply => ({ kind: "simple", text })),
  fc
    .tuple(fc.stringMatching(/^[A-Z]+$/), fc.stringMatching(/^[^\r\n]*$/))
    .map(([code, message]): Reply => ({ kind: "error", code, message })),
  fc
    .string({ unit: fc.constantFrom("\r", "\n", "$", "1", "-", "é") })
    .map((text): Reply => ({ kind: "bulk", body: Buffer.from(text) })),
);

test("replies that the server encodes are read as they were, however they are cut", () => {
  const stream = fc.array(anyReply, { maxLength: 8 });
  const property = fc.property(
    stream.chain((replies) => {
      const text = replies.map((reply) => encodeReply(reply).toString()).join("");
      return fc.tuple(fc.constant(replies), randomCuts(fc.constant(text)));
    }),
    ([replies, chunks]) => assert.equal(read(chunks), replies.map(show)),
  );
  fc.assert(property, { numRuns: 1_000 });
});

test("bulks in 1,000 chunks are copied twice at most, and not searched", () => {
  const body = "x".repeat(500_000);
  const stream = Buffer.from(`$500000\r\n${body}\r\n+OK\r\n`.repeat(2));
  const places = Array.from({ length: 1_000 }, (_, index) => (index + 1) * 1_000);
  let replies: string[] = [];
  const work = countWork(() => (replies = read(cut(stream, places))));
  assert.equal(replies, [`bulk ${body}`, "simple OK", `bulk ${body}`, "simple OK"]);
  assert.ok(work.copied <= 2 * stream.length, `${work.copied} bytes were copied`);
  assert.ok(work.searched <= 100, `${work.searched} bytes were searched`);
});

test("1,000 replies in one chunk are searched once and not copied", () => {
  const stream = Buffer.from("$2\r\n{}\r\n+OK\r\n".repeat(500));
  let replies: string[] = [];
  const work = countWork(() => (replies = read([stream])));
  assert.is(replies.length, 1_000);
  assert.is(work.copied, 0);
  assert.ok(work.searched <= stream.length, `${work.searched} bytes were searched`);
});

test.run();
