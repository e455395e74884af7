import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeFetch, parseFetch } from "../../../protocol/commands/fetch.ts";
import { refusal } from "../refusal.ts";
import { assertTable } from "../table.ts";

const test = suite("protocol/commands/fetch");

const parse = (text: string) => parseFetch(Buffer.from(text));

test("queues are taken in their order, each once, and whatever their name is", () => {
  assertTable(
    {
      default: ["default"],
      "critical default bulk": ["critical", "default", "bulk"],
      "b a b c a": ["b", "a", "c"],
      "": [""],
      "a ": ["a", ""],
      "a  b": ["a", "", "b"],
      "* a:b é a\tb": ["*", "a:b", "é", "a\tb"],
    },
    parse,
  );
});

test("1,000 queues are fine, and one more is refused, even a repeated one", () => {
  const names = Array.from({ length: 1_000 }, (_, index) => `q${index}`);
  assert.equal(parse(names.join(" ")), names);
  const refused = "CommandError: FETCH takes at most 1000 queues";
  assert.is(
    refusal(() => parse(`${names.join(" ")} more`)),
    refused,
  );
  assert.is(
    refusal(() => parse(`${names.join(" ")} q0`)),
    refused,
  );
});

test("a name that is too long for any queue is refused, wherever it stands", () => {
  const longest = "é".repeat(500);
  assert.equal(parse(`${longest} ${longest}`), [longest]);
  const refused = `CommandError: cannot get "${"é".repeat(200)}…" queue: queue names have at most 1000 bytes`;
  for (const text of [`${longest}x`, `default ${longest}x`, `${longest}x default`]) {
    assert.is(
      refusal(() => parse(text)),
      refused,
    );
  }
});

test("a client's FETCH is FWP's", () => {
  assert.is(encodeFetch(["default"]), "FETCH default");
  assert.is(encodeFetch(["critical", "default"]), "FETCH critical default");
});

test.run();
