import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkKeys } from "../../../bin/config/check-keys.ts";
import { readConfD } from "../../../bin/config/conf-d.ts";
import { describeProblem } from "../../../bin/config/problem.ts";
import { findValue } from "../../../bin/config/toml-table.ts";
import { configDirectory } from "../../kit/config.ts";

/** What is found wrong with files, one line each, without the folder. */
function complaints(files: Record<string, string>): string[] {
  const directory = configDirectory(files);
  const confD = readConfD(directory);
  return [...confD.problems, ...checkKeys(confD)].map(
    (problem) => `${problem.severity}: ${describeProblem(problem).replaceAll(`${directory}/`, "")}`,
  );
}

const reading = suite("conf.d: reading");

reading("a table in two files is one table, which Faktory refuses", () => {
  const directory = configDirectory({
    "conf.d/a.toml": '[faktory]\nbinding = ":1"',
    "conf.d/b.toml": '[faktory]\npassword = "x"',
  });
  const { table, problems, files } = readConfD(directory);
  assert.is(findValue(table, "faktory.binding"), ":1");
  assert.is(findValue(table, "faktory.password"), "x");
  assert.equal(problems, []);
  assert.equal(files, [`${directory}/conf.d/a.toml`, `${directory}/conf.d/b.toml`]);
});

reading("the last file in the alphabet counts, and says whose value it has replaced", () => {
  const files = {
    "conf.d/b.toml": "[web]\nbinding = ':2'",
    "conf.d/a.toml": "[web]\nbinding = ':1'",
  };
  assert.is(findValue(readConfD(configDirectory(files)).table, "web.binding"), ":2");
  assert.equal(complaints(files), [
    "warning: conf.d/b.toml:2: web.binding is in conf.d/a.toml:2 too; the later file counts",
  ]);
});

reading("the jobs of [[cron]] add up without a word about their keys", () => {
  const files = {
    "conf.d/a.toml": "[[cron]]\nschedule = '1'\n[cron.job]\ntype = 'A'",
    "conf.d/b.toml": "[[cron]]\nschedule = '2'\n[cron.job]\ntype = 'B'",
  };
  const cron = findValue(readConfD(configDirectory(files)).table, "cron");
  assert.is(Array.isArray(cron) && cron.length, 2);
  assert.equal(complaints(files), [
    "ignored: conf.d/a.toml:1: [[cron]]: this version runs no periodic jobs",
  ]);
});

reading("only *.toml in conf.d is read", () => {
  const files = { "conf.d/a.txt": "?", "config.toml": "?", "conf.d/a.toml.bak": "?" };
  assert.equal(complaints(files), []);
});

reading("without a conf.d there is nothing to say", () => {
  assert.equal(complaints({}), []);
});

reading("a conf.d that is a file is named, since Faktory passes over it in silence", () => {
  assert.equal(complaints({ "conf.d": "[web]" }), [
    "warning: conf.d: is not read: conf.d is to be a folder with *.toml files",
  ]);
});

reading("a file that is not TOML is an error with its line, which is not repeated", () => {
  const [complaint = "", ...more] = complaints({
    "conf.d/a.toml": '[faktory]\npassword = "s3cret\n',
    "conf.d/b.toml": "[web]\nbinding = ':1'",
  });
  assert.match(complaint, /^error: conf\.d\/a\.toml:2: not TOML: /);
  assert.not.match(complaint, /s3cret/);
  assert.equal(more, []);
});

reading("a folder that is called like a file is an error", () => {
  const [complaint = ""] = complaints({ "conf.d/a.toml/b": "" });
  assert.match(complaint, /^error: conf\.d\/a\.toml: EISDIR/);
});

reading.run();

const checking = suite("conf.d: keys that nobody reads");

checking("a misspelt key is a warning with its line", () => {
  assert.equal(
    complaints({ "conf.d/a.toml": '[faktory]\nbindng = ":1"\n[millrace.limits]\nx = 1' }),
    [
      "warning: conf.d/a.toml:2: faktory.bindng is unknown",
      "warning: conf.d/a.toml:4: millrace.limits.x is unknown",
    ],
  );
});

checking("a section that nobody knows is one warning, whatever is in it", () => {
  assert.equal(
    complaints({ "conf.d/a.toml": "[foo.bar]\nx = 1\ny = 2\n[foo.baz]\nz = 3\ntop.a = 1" }),
    ["warning: conf.d/a.toml:1: foo is unknown"],
  );
});

checking("sections of Faktory Enterprise are said to have no effect, once each", () => {
  const text = "[throttles]\na = { worker = 1, timeout = 2 }\n[statsd]\nlocation = 'x:1'\n";
  const more =
    "[throttles.b]\nworker = 2\n[webui]\ntitle = 'x'\n[queues.default]\nbackpressure = 1\n";
  const lines = complaints({ "conf.d/a.toml": `${text}${more}[security.tls]\npublic_key = 'x'` });
  const sections = lines.map(
    (line) => /^ignored: conf\.d\/a\.toml:(\d+: \[\w+\]): /.exec(line)?.[1],
  );
  assert.equal(sections, [
    "1: [throttles]",
    "3: [statsd]",
    "7: [webui]",
    "9: [queues]",
    "11: [security]",
  ]);
});

checking("a value or a list where a table should be is an error", () => {
  assert.equal(complaints({ "conf.d/a.toml": "faktory = 3\n[[web]]\nbinding = ':1'" }), [
    "error: conf.d/a.toml:1: faktory is to be a table, [faktory]",
    "error: conf.d/a.toml:2: web is to be a table, [web]",
  ]);
});

checking.run();
