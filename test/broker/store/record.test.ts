import * as fc from "fast-check";
import { Packr } from "msgpackr";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  decodeRecord,
  encodeRecord,
  headerOf,
  type JobHeader,
  readStoredJob,
} from "../../../broker/store/record.ts";
import { newJob } from "../../kit/engine.ts";
import { withStore } from "../../kit/store.ts";

const test = suite("store/record");

const failure = {
  retryCount: 3,
  remaining: 22,
  failedAt: 1_767_225_600_000,
  nextAt: 1_767_225_700_000,
  errtype: "Überlauf",
  message: "",
  backtrace: ["one", ""],
};

test("a job without anything special has the shortest header", () => {
  assert.equal(headerOf(newJob("a")), { v: 1, queue: "q" });
});

test("a header has what is not the default", () => {
  const special = { retry: 0, reserveForSeconds: 60, priority: 9, failure };
  const job = { ...newJob("a", special), enqueuedAt: 1_767_225_600_000 };
  assert.equal(headerOf(job), {
    v: 1,
    queue: "q",
    retry: 0,
    reserveFor: 60,
    priority: 9,
    enqueuedAt: 1_767_225_600_000,
    failure,
  });
});

const headers: JobHeader[] = [
  { v: 1, queue: "q" },
  { v: 1, queue: "q", retry: -1, reserveFor: 86_400, priority: 1, enqueuedAt: 1_767_225_600_000 },
  { v: 1, queue: "a.b-c_d", failure },
  { v: 1, queue: "q", failure: { retryCount: 0, remaining: 0, errtype: "", message: "" } },
];

test("whatever is written is read again", () => {
  for (const header of headers) {
    const { header: read, text } = decodeRecord(encodeRecord(header, Buffer.from("{}")));
    assert.equal(read, header);
    assert.is(text.toString(), "{}");
  }
});

test("a text stays byte for byte, whatever bytes they are and however many", () => {
  const anyText = fc.uint8Array({ maxLength: 70_000, size: "max" });
  fc.assert(
    fc.property(anyText, (text) => {
      const bytes = Buffer.from(text);
      const read = decodeRecord(encodeRecord({ v: 1, queue: "q" }, bytes));
      assert.ok(read.text.equals(bytes));
    }),
    { numRuns: 50 },
  );
});

test("a stored job is the text with what the server knows", () => {
  const record = encodeRecord({ v: 1, queue: "q", enqueuedAt: 7, failure }, Buffer.from("text"));
  assert.equal(readStoredJob("a", record), {
    jid: "a",
    text: Buffer.from("text"),
    enqueuedAt: 7,
    failure,
  });
});

test("a record of a version that nobody knows is refused", () => {
  const unknown = /a job record is of a version that this broker does not know/;
  const packr = new Packr({ useRecords: false });
  const text = packr.pack(Buffer.from("text"));
  const wrong = [
    encodeRecord({ v: 2, queue: "q" } as unknown as JobHeader, Buffer.from("text")),
    Buffer.concat([packr.pack({ queue: "q" }), text]),
    Buffer.concat([packr.pack(null), text]),
    Buffer.concat([packr.pack({ v: 1, queue: "q" }), packr.pack("a string")]),
    packr.pack({ v: 1, queue: "q" }),
  ];
  for (const record of wrong) assert.throws(() => decodeRecord(record), unknown);
});

test(
  "Lua reads what was written here, writes it again, and leaves the text as it was",
  withStore(async ({ redis }) => {
    const script = `
      local record = ARGV[1]
      local textStart, header = cmsgpack.unpack_one(record)
      return cmsgpack.pack(header) .. record:sub(textStart + 1)`;
    const text = Buffer.from([0xff, 0xfe, 0, 0xc4, 0x0d, 0x0a]);
    for (const header of headers) {
      const record = encodeRecord(header, text);
      const written = await redis.callBuffer("EVAL", script, 0, record);
      assert.instance(written, Buffer);
      assert.equal(decodeRecord(written as Buffer), { header, text });
    }
  }),
);

test.run();
