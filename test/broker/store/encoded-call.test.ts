import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Argument, EncodedCall, encodeHead } from "../../../broker/store/encoded-call.ts";
import { withStore } from "../../kit/store.ts";

const test = suite("store/encoded-call");

const encode = (head: (string | number)[], rest: Argument[]) => {
  const [name, ...parameters] = head;
  return new EncodedCall(encodeHead(String(name), parameters), rest).toWritable();
};

test("texts and numbers are one text, with the lengths in bytes", () => {
  assert.is(
    encode(["SET", "é"], ["", 12, "🙂"]),
    "*5\r\n$3\r\nSET\r\n$2\r\né\r\n$0\r\n\r\n$2\r\n12\r\n$4\r\n🙂\r\n",
  );
  assert.is(encode(["PING"], []), "*1\r\n$4\r\nPING\r\n");
});

test("bytes stay what they are, wherever they stand", () => {
  const bytes = Buffer.from([0xff, 0x0d, 0x0a]);
  const nothing = Buffer.alloc(0);
  const encoded = encode(["MSET", "a"], [bytes, "é", nothing, bytes]);
  assert.is(
    Buffer.from(encoded).toString("hex"),
    Buffer.concat([
      Buffer.from("*6\r\n$4\r\nMSET\r\n$1\r\na\r\n$3\r\n"),
      bytes,
      Buffer.from("\r\n$2\r\né\r\n$0\r\n\r\n$3\r\n"),
      bytes,
      Buffer.from("\r\n"),
    ]).toString("hex"),
  );
});

test(
  "Redis reads what was meant",
  withStore(async ({ link, redis }) => {
    const values: Argument[] = ["", "é\r\n🙂", 0, -1.5, Buffer.from([0, 0xff]), Buffer.alloc(0)];
    const call = () => new EncodedCall(encodeHead("RPUSH", ["list"]), values);
    assert.equal(await Promise.all([link.send(call()), link.send(call())]), [6, 12]);
    const expected = values.map((value) =>
      Buffer.from(typeof value === "object" ? value : `${value}`),
    );
    assert.equal(await redis.lrangeBuffer("list", 0, 5), expected);
  }),
);

test.run();
