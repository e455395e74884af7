import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bulk, encodeReply, NIL, OK, type Reply } from "../../protocol/reply.ts";

const test = suite("protocol/reply");

const encode = (reply: Reply) => encodeReply(reply).toString();
const error = (message: string): Reply => ({ kind: "error", code: "ERR", message });

test("each kind of reply has its bytes", () => {
  assert.is(encode(OK), "+OK\r\n");
  assert.is(encode(NIL), "$-1\r\n");
  assert.is(encode({ kind: "simple", text: "OK" }), "+OK\r\n");
  assert.is(encode({ kind: "simple", text: 'HI {"v":2}' }), '+HI {"v":2}\r\n');
  assert.is(encode(bulk("")), "$0\r\n\r\n");
  assert.is(encode(bulk("{}")), "$2\r\n{}\r\n");
  assert.is(encode(error("unknown command FOO")), "-ERR unknown command FOO\r\n");
  assert.is(encode(error("unknown command ")), "-ERR unknown command \r\n");
  const coded = { kind: "error", code: "NOTUNIQUE", message: "Job not unique" } as const;
  assert.is(encode(coded), "-NOTUNIQUE Job not unique\r\n");
});

test("the length of a bulk is in bytes, and its bytes are not looked at", () => {
  assert.is(encode(bulk("é🙂")), "$6\r\né🙂\r\n");
  assert.is(encode(bulk("a\r\nb")), "$4\r\na\r\nb\r\n");
  const odd = Buffer.from([0xff, 0x00, 0x0d]);
  assert.equal([...encodeReply(bulk(odd))], [...Buffer.from("$3\r\n"), ...odd, 0x0d, 0x0a]);
});

test("CR and LF of a message are shown as spaces, so that nobody can forge a reply", () => {
  const forged = "Job not found x\r\n+OK\n-ERR\r";
  assert.is(encode(error(forged)), "-ERR Job not found x  +OK -ERR \r\n");
  assert.is(encode({ kind: "simple", text: "a\r\nb" }), "+a  b\r\n");
});

test("a message of over 1,000 characters is cut", () => {
  const longest = "é".repeat(1_000);
  assert.is(encode(error(longest)), `-ERR ${longest}\r\n`);
  assert.is(encode(error(`${longest}x`)), `-ERR ${longest}…\r\n`);
  assert.is(encode({ kind: "simple", text: "x".repeat(5_000) }), `+${"x".repeat(1_000)}…\r\n`);
  assert.is(encode(error("\n".repeat(5_000))), `-ERR ${" ".repeat(1_000)}…\r\n`);
});

test("whatever the message is, the reply is one line", () => {
  const text = fc.string({ unit: fc.constantFrom("\r", "\n", "a", " ", "é"), maxLength: 2_000 });
  fc.assert(
    fc.property(text, (message) => {
      for (const reply of [error(message), { kind: "simple", text: message } as const]) {
        assert.match(encode(reply), /^[^\r\n]*\r\n$/);
      }
    }),
  );
});

test.run();
