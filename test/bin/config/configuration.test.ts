import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadConfiguration } from "../../../bin/config/configuration.ts";
import { configDirectory } from "../../kit/config.ts";

interface Given {
  flags?: Record<string, string>;
  variables?: NodeJS.ProcessEnv;
  files?: Record<string, string>;
}

/** Loads what is given; origins and problems come without the folder. */
function load({ flags = {}, variables = {}, files = {} }: Given) {
  const config = configDirectory(files);
  const given = new Map(Object.entries({ config, ...flags }));
  const { configuration, settings, problems } = loadConfiguration({ flags: given, variables });
  const local = (text: string) => text.replaceAll(`${config}/`, "");
  return {
    configuration,
    origin: (name: string) => local(settings.find((one) => one.name === name)?.origin ?? ""),
    shown: (name: string) => settings.find((one) => one.name === name)?.text,
    problems: problems.map(
      ({ severity, origin = "", message }) => `${severity}: ${local(origin)}: ${local(message)}`,
    ),
  };
}

const toml = (text: string) => ({ "conf.d/a.toml": text });

const order = suite("configuration: who counts");

order("with nothing said, all has its default", () => {
  const { configuration, origin, problems } = load({});
  assert.equal(configuration.binding, { host: "localhost", port: 7419 });
  assert.is(configuration.environment, "development");
  assert.is(configuration.limits.maxConnections, 10_000);
  assert.is(configuration.limits.maxLineBytes, 32 * 2 ** 20);
  assert.is(configuration.redis, undefined);
  assert.is(origin("faktory.binding"), "default");
  assert.equal(problems, []);
});

order("a flag goes before the files, even with the default's value", () => {
  const files = toml('[faktory]\nbinding = ":1"');
  const fromFile = load({ files });
  assert.equal(fromFile.configuration.binding, { host: "0.0.0.0", port: 1 });
  assert.is(fromFile.origin("faktory.binding"), "conf.d/a.toml:2");
  const fromFlag = load({ files, flags: { binding: "localhost:7419" } });
  assert.equal(fromFlag.configuration.binding, { host: "localhost", port: 7419 });
  assert.is(fromFlag.origin("faktory.binding"), "-b");
});

order("a variable stands between them", () => {
  const files = toml('[millrace]\nredis = "redis://file"');
  const variables = { REDIS_URL: "redis://variable" };
  const flags = { redis: "redis://flag" };
  assert.is(load({ files }).configuration.redis, "redis://file");
  assert.is(load({ files, variables }).origin("millrace.redis"), "REDIS_URL");
  assert.is(load({ files, variables, flags }).configuration.redis, "redis://flag");
});

order("whether silent workers lose their jobs is said by a flag, a variable or a file", () => {
  const recovers = (given: Given) => load(given).configuration.recoverSilentWorkers;
  const files = toml("[millrace]\nrecover_silent_workers = false");
  const variables = { MILLRACE_RECOVER_SILENT_WORKERS: "true" };
  const flags = { recoverSilentWorkers: "false" };
  assert.is(recovers({}), true);
  assert.is(recovers({ files }), false);
  assert.is(recovers({ files, variables }), true);
  assert.is(recovers({ files, variables, flags }), false);
  assert.equal(load({ variables: { MILLRACE_RECOVER_SILENT_WORKERS: "no" } }).problems, [
    "error: MILLRACE_RECOVER_SILENT_WORKERS: expected true or false",
  ]);
});

order("an empty variable is as good as none", () => {
  const { configuration, problems } = load({ variables: { FAKTORY_ENV: "", REDIS_URL: "" } });
  assert.is(configuration.environment, "development");
  assert.equal(problems, []);
});

order("REDIS_PROVIDER names the variable with the URL", () => {
  const provided = { REDIS_PROVIDER: "MY_REDIS", REDIS_URL: "redis://other" };
  const found = load({ variables: { ...provided, MY_REDIS: "redis://mine" } });
  assert.is(found.configuration.redis, "redis://mine");
  assert.is(found.origin("millrace.redis"), "MY_REDIS");
  assert.equal(load({ variables: provided }).problems, [
    "error: REDIS_PROVIDER: names the variable MY_REDIS, which is not set",
  ]);
});

order("outside of development the directories are the machine's", () => {
  const variables = { FAKTORY_SKIP_PASSWORD: "1" };
  const { settings } = loadConfiguration({
    flags: new Map([["environment", "staging"]]),
    variables,
  });
  const text = (name: string) => settings.find((one) => one.name === name)?.text;
  assert.is(text("config directory"), "/etc/faktory");
  assert.is(text("millrace.directory"), "/var/lib/millrace/db");
});

order("variables of Faktory that mean nothing here do no harm", () => {
  const variables = { FAKTORY2_PREVIEW: "maybe", FAKTORY_LICENSE: "x" };
  assert.equal(load({ variables }).problems, []);
});

order.run();

const values = suite("configuration: values");

const mistakes: [what: string, given: Given, problem: RegExp][] = [
  [
    "a number for a text",
    { files: toml("[faktory]\nbinding = 7419") },
    /^error: conf\.d\/a\.toml:2: faktory\.binding: expected a text in quotes, got a number$/,
  ],
  [
    "a text for a number",
    { files: toml('[millrace.limits]\nmax_running = "9"') },
    /^error: conf\.d\/a\.toml:2: .*expected a number, got a text$/,
  ],
  [
    "a text for true or false",
    { files: toml('[millrace]\nsingle_hash = "no"') },
    /^error: conf\.d\/a\.toml:2: .*expected true or false, got a text$/,
  ],
  [
    "a table for a text",
    { files: toml("[faktory.password]\nx = 1") },
    /^error: conf\.d\/a\.toml:1: faktory\.password: expected a text in quotes, got a table$/,
  ],
  [
    "a limit of nothing",
    { files: toml("[millrace.limits]\nmax_connections = 0") },
    /expected a whole number from 1 to 1000000$/,
  ],
  [
    "half a connection",
    { files: toml("[millrace.limits]\nmax_connections = 1.5") },
    /expected a whole number/,
  ],
  [
    "a number that is none",
    { flags: { maxConnections: "1e3" } },
    /^error: --max-connections: expected a whole number/,
  ],
  [
    "an environment that is none",
    { variables: { FAKTORY_ENV: "qa" } },
    /^error: FAKTORY_ENV: 'qa' is invalid\. Allowed choices are development, staging, production\.$/,
  ],
  [
    "an address that is none",
    { flags: { binding: "localhost" } },
    /^error: -b: not an address to listen on: localhost/,
  ],
  [
    "the URL of something else",
    { flags: { redis: "http://:pw@x" } },
    /^error: --redis: not the URL of a Redis/,
  ],
];

for (const [what, given, problem] of mistakes) {
  values(`${what} is an error that says where`, () => {
    const { problems } = load(given);
    assert.is(problems.length, 1);
    assert.match(problems[0] ?? "", problem);
  });
}

values("all mistakes are found at once, also where a flag goes before the file", () => {
  const files = toml("[faktory]\nbinding = 1\n[millrace]\ndurability = 'never'");
  assert.is(load({ files, flags: { binding: "x", maxLineBytes: "1" } }).problems.length, 4);
});

values("a configuration directory that was named and is not there is a warning", () => {
  assert.equal(load({ flags: { config: "/nowhere" } }).problems, [
    "warning: -c: there is no directory /nowhere",
  ]);
});

values("-w :0 is no web, and :0 with a host is a port that the system chooses", () => {
  assert.is(load({ flags: { web: ":0" } }).configuration.web, undefined);
  assert.is(load({ flags: { web: ":0" } }).shown("web.binding"), "off");
  assert.equal(load({ flags: { web: "h:0" } }).configuration.web, { host: "h", port: 0 });
});

values("addresses are shown as they are written", () => {
  for (const address of ["localhost:7419", "[::1]:7419"]) {
    assert.is(load({ flags: { binding: address } }).shown("faktory.binding"), address);
  }
});

for (const [word, level, warnings] of [
  ["debug", "debug", 0],
  ["warning", "warn", 0],
  ["fatal", "error", 0],
  ["loud", "warn", 1],
] as const) {
  values(`the log level ${word} is ${level}`, () => {
    const { configuration, problems } = load({ flags: { logLevel: word } });
    assert.is(configuration.logLevel, level);
    assert.is(problems.length, warnings);
    if (warnings > 0) assert.match(problems[0] ?? "", /^warning: -l: 'loud' is no log level/);
  });
}

values("no secret is shown", () => {
  const files = toml('[faktory]\npassword = "s3cret-1"\n[web]\npassword = "s3cret-2"');
  const { shown } = load({ files, flags: { redis: "redis://user:s3cret-3@host:1/2" } });
  assert.is(shown("faktory.password"), "********");
  assert.is(shown("web.password"), "********");
  assert.is(shown("millrace.redis"), "redis://user:********@host:1/2");
});

values.run();
