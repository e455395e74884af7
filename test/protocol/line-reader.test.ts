import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { LineReader } from "../../protocol/line-reader.ts";
import { cut, everyCut, randomCuts } from "./cuts.ts";
import { refusal } from "./refusal.ts";
import { countWork, type Work } from "./work.ts";

const test = suite("protocol/line-reader");

/** The lines of a stream that comes in these chunks; at the end the error, if there was one. */
function read(chunks: Buffer[], { maxBytes = 1_000 } = {}): string[] {
  const reader = new LineReader(maxBytes);
  const lines: string[] = [];
  try {
    for (const chunk of chunks) reader.read(chunk, (line) => lines.push(line.toString()));
  } catch (error) {
    lines.push(String(error));
  }
  return lines;
}

const streams: Record<string, string[]> = {
  "": [],
  "no end": [],
  "no end\r": [],
  "\n": [""],
  "\r\n": [""],
  "INFO\n": ["INFO"],
  "INFO\r\n": ["INFO"],
  "FOO\r\r\n": ["FOO\r"],
  "\rFOO\rBAR\n": ["\rFOO\rBAR"],
  "\n\r\n\n": ["", "", ""],
  'PUSH {"jid":"é🙂"}\r\nFETCH a b\nEND\r\n': ['PUSH {"jid":"é🙂"}', "FETCH a b", "END"],
  "INFO\nbegun": ["INFO"],
};

for (const [stream, lines] of Object.entries(streams)) {
  test(`${JSON.stringify(stream)} is ${lines.length} lines, wherever it is cut`, () => {
    for (const chunks of everyCut(Buffer.from(stream))) assert.equal(read(chunks), lines);
  });
}

test("any stream gives its lines, however it is cut", () => {
  const pieces = ["\n", "\r", "\r\n", "a", "é", " "];
  const stream = fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((all) => all.join(""));
  const property = fc.property(randomCuts(stream), (chunks) => {
    const lines = Buffer.concat(chunks).toString().split("\n").slice(0, -1);
    assert.equal(
      read(chunks),
      lines.map((line) => line.replace(/\r$/, "")),
    );
  });
  fc.assert(property, { numRuns: 1_000 });
});

const tooLong = "LineTooLongError: line is longer than 10 bytes";

const limited: Record<string, string[]> = {
  "0123456789\n": ["0123456789"],
  "012345678\r\n": ["012345678"],
  "0123456789": [],
  "0123456789\r\n": [tooLong],
  "0123456789x\n": [tooLong],
  "0123456789x": [tooLong],
  "ééééé\n": ["ééééé"],
  "éééééx\n": [tooLong],
  "0123456789\n0123456789\n0123456789\n": ["0123456789", "0123456789", "0123456789"],
  "INFO\n0123456789x": ["INFO", tooLong],
};

for (const [stream, lines] of Object.entries(limited)) {
  test(`of ${JSON.stringify(stream)} at most 10 bytes a line are read, wherever it is cut`, () => {
    for (const chunks of everyCut(Buffer.from(stream))) {
      assert.equal(read(chunks, { maxBytes: 10 }), lines);
    }
  });
}

test("what is too long is refused before it ends", () => {
  const reader = new LineReader(10);
  const ignore = () => {};
  reader.read(Buffer.from("01234"), ignore);
  reader.read(Buffer.from("56789"), ignore);
  assert.is(
    refusal(() => reader.read(Buffer.from("x"), ignore)),
    tooLong,
  );
});

test("a line that came in one chunk is not copied", () => {
  const chunk = Buffer.from("one\r\ntwo\n");
  const lines: Buffer[] = [];
  new LineReader(10).read(chunk, (line) => lines.push(line));
  chunk.fill("x");
  assert.equal(lines.map(String), ["xxx", "xxx"]);
});

test("the beginning of a line is copied, lest it keep the lines before it from being freed", () => {
  const chunk = Buffer.from("one\ntw");
  const lines: string[] = [];
  const reader = new LineReader(10);
  reader.read(chunk, (line) => lines.push(line.toString()));
  chunk.fill("x");
  reader.read(Buffer.from("o\n"), (line) => lines.push(line.toString()));
  assert.equal(lines, ["one", "two"]);
});

test("the limit may be changed between two lines", () => {
  const reader = new LineReader(5);
  const lines: string[] = [];
  const readMore = (text: string) =>
    reader.read(Buffer.from(text), (line) => lines.push(line.toString()));
  readMore("HELLO\n");
  reader.maxBytes = 10;
  readMore("0123456789\n");
  reader.maxBytes = 3;
  assert.is(
    refusal(() => readMore("INFO\n")),
    "LineTooLongError: line is longer than 3 bytes",
  );
  assert.equal(lines, ["HELLO", "0123456789"]);
});

/** What it costs to read a line of so many bytes in chunks of so many. */
function workOf(lineBytes: number, chunkBytes: number): Work {
  const stream = Buffer.from(`${"x".repeat(lineBytes)}\n`);
  const count = Math.floor(lineBytes / chunkBytes);
  const places = Array.from({ length: count }, (_, index) => (index + 1) * chunkBytes);
  const chunks = cut(stream, places);
  let lines: string[] = [];
  const work = countWork(() => (lines = read(chunks, { maxBytes: lineBytes })));
  assert.equal(
    lines.map((line) => line.length),
    [lineBytes],
  );
  return work;
}

test("a line in large chunks is searched once and copied once", () => {
  const work = workOf(1_000_000, 10_000);
  assert.equal(work, { searched: 1_000_000, copied: 1_000_000, pieces: 101 });
});

test("a line in small chunks is copied a few times more, and never in many pieces", () => {
  const rows: [chunkBytes: number, maxCopies: number][] = [
    [1_000, 5],
    [100, 8],
    [1, 14],
  ];
  for (const [chunkBytes, maxCopies] of rows) {
    const { searched, copied, pieces } = workOf(20_000, chunkBytes);
    assert.is(searched, 20_000);
    assert.ok(copied <= maxCopies * 20_000, `${copied} bytes were copied of ${chunkBytes} at once`);
    assert.ok(pieces <= 20, `${pieces} pieces of ${chunkBytes} bytes`);
  }
});

test.run();
