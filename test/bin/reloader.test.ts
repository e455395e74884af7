import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadConfiguration } from "../../bin/config/configuration.ts";
import { Reloader } from "../../bin/reloader.ts";
import { configDirectory, writeConfig } from "../kit/config.ts";
import { recordingLogger } from "../kit/log.ts";

const test = suite("reading the configuration again");

/** A broker's configuration in one file, and what becomes of it. */
function start(text: string) {
  const directory = configDirectory({ "conf.d/a.toml": text });
  const load = () => loadConfiguration({ flags: new Map([["config", directory]]), variables: {} });
  const log = recordingLogger();
  const applied: string[] = [];
  const apply = ({ access }: { access: { password: string } }) =>
    void applied.push(access.password);
  const reloader = new Reloader({ running: load().settings, load, apply, log });
  const reload = (next: string) => {
    log.lines.length = 0;
    writeConfig(directory, { "conf.d/a.toml": next });
    reloader.reload();
    return log.lines.map(({ event, setting }) => [event, setting].filter(Boolean).join(" "));
  };
  return { applied, log, reload };
}

test("with nothing changed it says only that it was done", () => {
  const text = '[faktory]\npassword = "a"';
  assert.equal(start(text).reload(text), ["config.reloaded"]);
});

test("what a running broker can take is applied and named, without the value of a secret", () => {
  const { reload, applied, log } = start('[faktory]\npassword = "s3cret-a"');
  const next = '[faktory]\npassword = "s3cret-b"\n[millrace]\nlog_level = "debug"';
  assert.equal(reload(next), [
    "config.changed faktory.password",
    "config.changed millrace.log_level",
    "config.reloaded",
  ]);
  assert.equal(applied, ["s3cret-b"]);
  assert.not.match(JSON.stringify(log.lines), /s3cret/);
  assert.equal(reload(next), ["config.reloaded"], "it is the running one from now on");
});

test("what needs a restart is said each time until that comes, or it is taken back", () => {
  const { reload } = start('[millrace]\nnamespace = "a"');
  const needed = ["config.needs-restart millrace.namespace", "config.reloaded"];
  assert.equal(reload('[millrace]\nnamespace = "b"'), needed);
  assert.equal(reload('[millrace]\nnamespace = "b"'), needed);
  assert.equal(reload('[millrace]\nnamespace = "a"'), ["config.reloaded"]);
});

test("a mistake keeps all that is running, and is said with its line", () => {
  const { reload, applied, log } = start('[faktory]\npassword = "a"');
  const lines = reload('[faktory]\npassword = "b"\nbinding = 1');
  assert.equal(lines, ["config.error", "config.not-reloaded"]);
  assert.match(String(log.of("config.error")[0]?.["origin"]), /a\.toml:3$/);
  assert.equal(applied, []);
  assert.equal(reload('[faktory]\npassword = "b"'), [
    "config.changed faktory.password",
    "config.reloaded",
  ]);
});

test.run();
