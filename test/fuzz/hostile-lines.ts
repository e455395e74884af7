import * as fc from "fast-check";

/** What JavaScript gives a meaning of its own, and a broker must not. */
export const NASTY_NAMES = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "__defineGetter__",
];

const VALID = [
  `PUSH {"jid":"fuzz-job-1","jobtype":"T","args":[1,"é",{"a":null}],"queue":"fuzz","retry":3}`,
  `PUSH {"jid":"fuzz-job-2","jobtype":"T","args":[],"at":"2099-01-01T00:00:00.5+01:00","custom":{}}`,
  `PUSH {"jid":"fuzz-job-3","jobtype":"T","args":[],"failure":{"retry_count":2,"remaining":1,"message":"m","errtype":"e","backtrace":["a"]}}`,
  `PUSHB [{"jid":"fuzz-job-4","jobtype":"T","args":[]},{"jid":"fuzz-job-5","jobtype":"T","args":[2],"priority":9}]`,
  `ACK {"jid":"fuzz-job-1"}`,
  `FAIL {"jid":"fuzz-job-1","errtype":"E","message":"m","backtrace":["a","b"]}`,
  `BEAT {"wid":"fuzz-worker","current_state":"quiet","rss_kb":1}`,
  `QUEUE PAUSE fuzz other`,
  `QUEUE RESUME fuzz`,
  `QUEUE LATENCY fuzz other`,
  `QUEUE REMOVE fuzz-removed`,
  `MUTATE {"cmd":"kill","target":"scheduled","filter":{"jids":["fuzz-job-2"],"regexp":"*a[b-c]?","jobtype":"T"}}`,
  `MUTATE {"cmd":"requeue","target":"dead","filter":{"regexp":"*fuzz*"}}`,
  `INFO`,
  `HELP PUSH`,
  `HELLO {"v":2}`,
];

const MEMBERS = [
  ...["jid", "queue", "jobtype", "args", "retry", "reserve_for", "at", "created_at", "priority"],
  ...["enqueued_at", "backtrace", "custom", "failure", "retry_count", "remaining", "failed_at"],
  ...["next_at", "message", "errtype", "wid", "current_state", "rss_kb", "cmd", "target", "filter"],
  ...[
    "jids",
    "regexp",
    "v",
    "pid",
    "labels",
    "hostname",
    "pwdhash",
    "JID",
    "Queue",
    ...NASTY_NAMES,
  ],
];

const WORDS = [
  ...[
    "",
    "default",
    "fuzz",
    "fuzz-job-1",
    "x\r\n+FORGED",
    "\n",
    "\0",
    "\u2028",
    "a b",
    "*",
    "é".repeat(80),
  ],
  ...[
    "2099-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "0000-01-01T00:00:00Z",
    "kill",
    "dead",
    "[",
    "\\",
  ],
  ...NASTY_NAMES,
];

const NUMBERS = [
  ...["0", "-0", "1.0", "1e400", "-1e-400", "9223372036854775807", "-9223372036854775808"],
  ...[
    "9223372036854775808",
    "18446744073709551616",
    "9".repeat(400),
    "01",
    "+1",
    ".5",
    "1.",
    "NaN",
  ],
];

const BYTES = [0x00, 0x0d, 0x20, 0x22, 0x2c, 0x5b, 0x5c, 0x5d, 0x7b, 0x7d, 0x80, 0xc3, 0xff];

const word = fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 20 }));

const json: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    word.map((text) => JSON.stringify(text)),
    fc.constantFrom(...NUMBERS, "null", "true", "{", "]", ""),
    fc.array(tie("value"), { maxLength: 4 }).map((all) => `[${all.join(",")}]`),
    fc
      .array(fc.tuple(fc.constantFrom(...MEMBERS), tie("value")), { maxLength: 6 })
      .map((all) => `{${all.map(([name, value]) => `"${name}":${value}`).join(",")}}`),
  ),
})).value;

const depth = fc.constantFrom(10, 9_990, 10_000, 10_001, 50_000);
const brackets = fc
  .constantFrom("[]", "{}")
  .map(([open, close]) => [open === "{" ? '{"a":' : "[", close]);
const deep = fc
  .tuple(depth, brackets, fc.boolean())
  .map(([count, [open = "", close = ""], isWhole]) =>
    isWhole ? `${open.repeat(count)}1${close.repeat(count)}` : open.repeat(count),
  );

const verb = fc.constantFrom("PUSH", "PUSHB", "ACK", "FAIL", "BEAT", "MUTATE", "QUEUE", "HELP");
const queueArguments = fc
  .tuple(fc.constantFrom("PAUSE", "RESUME", "REMOVE", "LATENCY", "LIST", ""), fc.array(word))
  .map(([action, names]) => `${action} ${names.join(" ")}`);

const invented = fc
  .tuple(verb, fc.oneof(json, json, json, deep, queueArguments, word))
  .map(([name, argument]) => Buffer.from(`${name} ${argument}`));

/** A valid line with some bytes put in, taken out or replaced, or cut off. */
const mutated = fc
  .tuple(
    fc.constantFrom(...VALID),
    fc.array(
      fc.tuple(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom("insert", "remove", "replace", "cut", "double"),
        fc.constantFrom(...BYTES),
      ),
      { maxLength: 4 },
    ),
  )
  .map(([line, changes]) => changes.reduce(change, Buffer.from(line)));

function change(line: Buffer, [where, how, byte]: readonly [number, string, number]): Buffer {
  const at = Math.floor(where * line.length);
  const [before, after] = [line.subarray(0, at), line.subarray(at)];
  if (how === "cut") return before;
  if (how === "double") return Buffer.concat([line, after]);
  const rest = how === "insert" ? after : after.subarray(1);
  return Buffer.concat([before, how === "remove" ? Buffer.alloc(0) : Buffer.of(byte), rest]);
}

const binary = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));

/** A line, without its end, that a hostile or a broken client could send. */
export const hostileLine: fc.Arbitrary<Buffer> = fc
  .oneof(binary, invented, invented, mutated, mutated)
  .map((line) => Buffer.from(line.filter((byte) => byte !== 0x0a)))
  .filter((line) => !touchesOthers(line.toString("latin1")));

/** What has no reply of its own, or what the healthy client would rightly suffer from. */
function touchesOthers(line: string): boolean {
  return /^(END|FLUSH|MONITOR|FETCH)\b/.test(line) || /^QUEUE .*\*/.test(line);
}
