import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CommandError, echo, quote } from "../../protocol/errors.ts";

const test = suite("protocol/errors");

test("an error's code is ERR unless it says otherwise", () => {
  assert.is(new CommandError("missing JID").code, "ERR");
  assert.is(new CommandError("Job not unique", { code: "NOTUNIQUE" }).code, "NOTUNIQUE");
});

test("an error keeps its message and its cause", () => {
  const cause = new Error("deeper");
  const error = new CommandError("missing JID", { cause });
  assert.is(String(error), "CommandError: missing JID");
  assert.is(error.cause, cause);
});

test("an error is cheap: it does not look for where it came from, and others still do", () => {
  assert.is(new CommandError("missing JID").stack, "CommandError: missing JID");
  assert.match(String(new Error("a fault").stack), "errors.test.ts");
});

test("200 characters of what a client sent are repeated, and no more", () => {
  const longest = "é".repeat(200);
  assert.is(echo(longest), longest);
  assert.is(echo(Buffer.from(longest)), longest);
  assert.is(echo(`${longest}x`), `${longest}…`);
  assert.is(echo(Buffer.from(`${longest}xyz`)), `${longest}…`);
  assert.is(echo(""), "");
});

test("what is quoted stays on its line, and ends where it ends", () => {
  assert.is(quote("default"), '"default"');
  assert.is(quote('a"\\\r\n+OK'), '"a\\"\\\\\\r\\n+OK"');
  assert.is(quote("x".repeat(201)), `"${"x".repeat(200)}…"`);
});

test.run();
