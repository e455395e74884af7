import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatTimestamp, parseTimestamp } from "../../protocol/timestamp.ts";
import { refusal } from "./refusal.ts";
import { assertTable } from "./table.ts";

const test = suite("protocol/timestamp");

const NEW_YEAR = Date.UTC(2030, 0, 1);
const HOUR_MS = 3_600_000;

test("the forms that Faktory takes are taken", () => {
  assertTable(
    {
      "2030-01-01T00:00:00Z": NEW_YEAR,
      "2030-01-01T08:30:15Z": NEW_YEAR + 8.5 * HOUR_MS + 15_000,
      "2030-01-01T23:59:59Z": NEW_YEAR + 24 * HOUR_MS - 1_000,
      "2030-01-01T8:00:00Z": NEW_YEAR + 8 * HOUR_MS,
      "2030-01-01T0:00:00Z": NEW_YEAR,
      "1970-01-01T00:00:00Z": 0,
      "1969-12-31T23:59:59.75Z": -250,
      "0000-01-01T00:00:00Z": -62_167_219_200_000,
      "0099-01-01T00:00:00Z": -59_042_995_200_000,
      "9999-12-31T23:59:59.999Z": 253_402_300_799_999,
    },
    parseTimestamp,
  );
});

test("a fraction has any number of decimals, after a point or a comma", () => {
  assertTable(
    {
      "2030-01-01T00:00:00.5Z": NEW_YEAR + 500,
      "2030-01-01T00:00:00,25Z": NEW_YEAR + 250,
      "2030-01-01T00:00:00.007Z": NEW_YEAR + 7,
      "2030-01-01T00:00:00.000000Z": NEW_YEAR,
      "1970-01-01T00:00:00.123456789Z": 123.456789,
      "1970-01-01T00:00:00.123456789012Z": 123.456789012,
    },
    parseTimestamp,
  );
});

test("a zone is east or west of UTC, by up to 24 hours and 60 minutes", () => {
  assertTable(
    {
      "2030-01-01T01:00:00+01:00": NEW_YEAR,
      "2029-12-31T19:00:00-05:00": NEW_YEAR,
      "2030-01-01T05:45:00.5+05:45": NEW_YEAR + 500,
      "2029-12-31T20:30:00-03:30": NEW_YEAR,
      "2030-01-01T00:00:00+00:00": NEW_YEAR,
      "2030-01-01T00:00:00-00:00": NEW_YEAR,
      "2030-01-01T00:00:00-24:60": NEW_YEAR + 25 * HOUR_MS,
    },
    parseTimestamp,
  );
});

test("every month has its days, and February those of its year", () => {
  const lengths: [date: string, days: number][] = [
    ...[31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].map((days, index): [string, number] => {
      return [`2023-${String(index + 1).padStart(2, "0")}`, days];
    }),
    ["2024-02", 29],
    ["2000-02", 29],
    ["1900-02", 28],
    ["2100-02", 28],
    ["0000-02", 29],
    ["0004-02", 29],
    ["9999-12", 31],
  ];
  for (const [month, days] of lengths) {
    const first = parseTimestamp(`${month}-01T00:00:00Z`);
    assert.is(parseTimestamp(`${month}-${days}T00:00:00Z`) - first, (days - 1) * 24 * HOUR_MS);
    const late = `${month}-${days + 1}T00:00:00Z`;
    const message = `TimestampError: parsing time "${late}": day out of range`;
    assert.is(
      refusal(() => parseTimestamp(late)),
      message,
    );
  }
});

test("what is out of range is named", () => {
  assertTable(
    {
      "2030-00-01T00:00:00Z": "month",
      "2030-13-01T00:00:00Z": "month",
      "2030-01-00T00:00:00Z": "day",
      "2030-01-32T00:00:00Z": "day",
      "2030-01-01T24:00:00Z": "hour",
      "2030-01-01T00:60:00Z": "minute",
      "2030-01-01T00:00:60Z": "second",
      "2030-01-01T00:00:00+25:00": "time zone offset hour",
      "2030-01-01T00:00:00-00:61": "time zone offset minute",
      // The day is looked at last, since it takes the year and the month.
      "2030-02-30T00:00:00+25:00": "time zone offset hour",
      "2030-02-30T24:00:00Z": "hour",
    },
    (text) => /^TimestampError: parsing time ".*": (.*) out of range$/.exec(problem(text))?.[1],
  );
});

const problem = (text: string) => refusal(() => parseTimestamp(text));

test("what cannot be parsed is named by its piece of the layout", () => {
  const LAYOUT = "2006-01-02T15:04:05.999999999Z07:00";
  assertTable(
    {
      "": '"" as "2006"',
      tomorrow: '"tomorrow" as "2006"',
      " 2030-01-01T00:00:00Z": '" 2030-01-01T00:00:00Z" as "2006"',
      "-030-01-01T00:00:00Z": '"-030-01-01T00:00:00Z" as "2006"',
      "20300-01-01T00:00:00Z": '"0-01-01T00:00:00Z" as "-"',
      "2030": '"" as "-"',
      "2030/01/01": '"/01/01" as "-"',
      "2030-1-01T00:00:00Z": '"1-01T00:00:00Z" as "01"',
      "2030-01-1T00:00:00Z": '"1T00:00:00Z" as "02"',
      "2030-01-01": '"" as "T"',
      "2030-01-01t00:00:00Z": '"t00:00:00Z" as "T"',
      "2030-01-01 00:00:00Z": '" 00:00:00Z" as "T"',
      "2030-01-01T:00:00Z": '":00:00Z" as "15"',
      "2030-01-01T00:0:00Z": '"0:00Z" as "04"',
      "2030-01-01T00:00Z": '"Z" as ":"',
      "2030-01-01T00:00:0Z": '"0Z" as "05"',
      "2030-01-01T00:00:00": '"" as "Z07:00"',
      "2030-01-01T00:00:00.": '"." as "Z07:00"',
      "2030-01-01T00:00:00.Z": '".Z" as "Z07:00"',
      "2030-01-01T00:00:00z": '"z" as "Z07:00"',
      "2030-01-01T00:00:00+0200": '"+0200" as "Z07:00"',
      "2030-01-01T00:00:00+02": '"+02" as "Z07:00"',
      "2030-01-01T00:00:00 UTC": '" UTC" as "Z07:00"',
      "2030-01-01T00:00:00.5é": '"\\xc3\\xa9" as "Z07:00"',
    },
    (text) => {
      const [start, rest] = problem(text).split(`" as "${LAYOUT}": cannot parse `);
      return start?.startsWith('TimestampError: parsing time "') ? rest : start;
    },
  );
});

test("text behind the zone is named, and whatever is not plain ASCII is escaped", () => {
  assertTable(
    {
      "2030-01-01T00:00:00Z ": ' "2030-01-01T00:00:00Z ": extra text: " "',
      "2030-01-01T00:00:00Z07:00": ' "2030-01-01T00:00:00Z07:00": extra text: "07:00"',
      "2030-01-01T00:00:00Z\n": ' "2030-01-01T00:00:00Z\\x0a": extra text: "\\x0a"',
      '2030-01-01T00:00:00Z"\\é~\u007f':
        ' "2030-01-01T00:00:00Z\\"\\\\\\xc3\\xa9~\\x7f": extra text: "\\"\\\\\\xc3\\xa9~\\x7f"',
    },
    (text) => problem(text).replace("TimestampError: parsing time", ""),
  );
});

test("an error repeats at most 200 characters of a text of any length", () => {
  const short = "x".repeat(200);
  const kept = `"${short}…"`;
  const layout = '"2006-01-02T15:04:05.999999999Z07:00"';
  const expected = `TimestampError: parsing time ${kept} as ${layout}: cannot parse ${kept} as "2006"`;
  assert.is(problem(`${short}x`), expected);
  assert.is(problem(short), expected.replaceAll("…", ""));
});

test("a time is written in UTC, with milliseconds", () => {
  assert.is(formatTimestamp(NEW_YEAR), "2030-01-01T00:00:00.000Z");
  assert.is(formatTimestamp(NEW_YEAR + 1.9), "2030-01-01T00:00:00.001Z");
});

const anyTime = fc.integer({
  min: parseTimestamp("0000-01-01T00:00:00Z"),
  max: 253_402_300_799_999,
});

test("what is written is read as the same time", () => {
  fc.assert(fc.property(anyTime, (ms) => assert.is(parseTimestamp(formatTimestamp(ms)), ms)));
});

test("a time in any zone is the one that JavaScript reads", () => {
  const zone = fc.tuple(fc.constantFrom("+", "-"), fc.nat({ max: 23 }), fc.nat({ max: 59 }));
  const property = fc.property(anyTime, zone, (ms, [sign, hours, minutes]) => {
    const two = (value: number) => String(value).padStart(2, "0");
    const offset = `${sign}${two(hours)}:${two(minutes)}`;
    const text = formatTimestamp(ms).replace("Z", offset);
    assert.is(parseTimestamp(text), Date.parse(text));
  });
  fc.assert(property);
});

test.run();
