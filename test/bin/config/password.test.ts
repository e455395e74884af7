import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadConfiguration } from "../../../bin/config/configuration.ts";
import { configDirectory } from "../../kit/config.ts";

const test = suite("the password");

interface Given {
  environment?: string;
  variables?: NodeJS.ProcessEnv;
  files?: Record<string, string>;
}

function load({ environment = "development", variables = {}, files = {} }: Given) {
  const config = configDirectory(files);
  const flags = new Map(Object.entries({ config, environment }));
  const { configuration, settings, problems } = loadConfiguration({ flags, variables });
  const { origin = "" } = settings.find(({ name }) => name === "faktory.password") ?? {};
  return {
    password: configuration.access.password,
    origin: origin.replaceAll(`${config}/`, ""),
    problems: problems.map(({ message }) => message.replaceAll(`${config}/`, "")),
  };
}

const toml = { "conf.d/a.toml": '[faktory]\npassword = "of-the-file"' };

test("development may do without", () => {
  assert.equal(load({}), { password: "", origin: "default", problems: [] });
});

test("FAKTORY_PASSWORD goes before the files, even when it is empty", () => {
  assert.is(load({ files: toml }).password, "of-the-file");
  assert.is(load({ files: toml, variables: { FAKTORY_PASSWORD: "x" } }).password, "x");
  assert.is(load({ files: toml, variables: { FAKTORY_PASSWORD: "" } }).password, "");
});

for (const environment of ["staging", "production"]) {
  test(`${environment} needs one`, () => {
    const { problems } = load({ environment });
    assert.is(problems.length, 1);
    assert.match(problems[0] ?? "", new RegExp(`^${environment} needs a password`));
  });

  test(`${environment} takes that of Faktory's packages, when no other is given`, () => {
    const files = { password: " 0123456789abcdef\n" };
    const found = load({ environment, files });
    assert.equal(found, { password: "0123456789abcdef", origin: "password", problems: [] });
    assert.is(load({ environment, files: { ...files, ...toml } }).password, "of-the-file");
    const variables = { FAKTORY_PASSWORD: "" };
    assert.is(load({ environment, files, variables }).password, "0123456789abcdef");
  });
}

for (const word of ["1", "true", "yes"]) {
  test(`FAKTORY_SKIP_PASSWORD=${word} lets production run without`, () => {
    const variables = { FAKTORY_SKIP_PASSWORD: word };
    const files = { password: "not-looked-at" };
    const found = load({ environment: "production", variables, files });
    assert.equal(found, { password: "", origin: "default", problems: [] });
  });
}

test("any other word in FAKTORY_SKIP_PASSWORD skips nothing", () => {
  for (const word of ["", "no", "0", "YES"]) {
    const variables = { FAKTORY_SKIP_PASSWORD: word };
    assert.is(load({ environment: "production", variables }).problems.length, 1);
  }
});

test("the file of Faktory's packages is not looked at in development", () => {
  assert.is(load({ files: { password: "x" } }).password, "");
});

test("a value with a leading slash is the file that holds it", () => {
  const secret = join(configDirectory({ secret: "\n in-a-file \n" }), "secret");
  const byVariable = load({ variables: { FAKTORY_PASSWORD: secret } });
  assert.is(byVariable.password, "in-a-file");
  assert.is(byVariable.origin, `FAKTORY_PASSWORD, ${secret}`);
  const files = { "conf.d/a.toml": `[faktory]\npassword = "${secret}"` };
  assert.is(load({ files }).origin, `conf.d/a.toml:2, ${secret}`);
  assert.is(load({ files }).password, "in-a-file");
});

test("a file that can't be read is an error that names it, in every environment", () => {
  for (const environment of ["development", "production"]) {
    const { problems } = load({ environment, variables: { FAKTORY_PASSWORD: "/nowhere/pw" } });
    assert.is(problems.length, 1);
    assert.match(problems[0] ?? "", /\/nowhere\/pw/);
  }
});

test("an empty file is an error: it would let anybody in", () => {
  const secret = join(configDirectory({ secret: "\n" }), "secret");
  assert.equal(load({ variables: { FAKTORY_PASSWORD: secret } }).problems, [
    `the password file ${secret} is empty`,
  ]);
});

test.run();
