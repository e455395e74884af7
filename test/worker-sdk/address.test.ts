import { suite } from "uvu";
import * as assert from "uvu/assert";
import { addressFromEnvironment, parseAddress } from "../../worker-sdk/address.ts";

const test = suite("worker-sdk/address");

const local = { host: "localhost", port: 7419, isTls: false, password: "" };

test("a URL says where the server is, with defaults for what it leaves out", () => {
  assert.equal(parseAddress("tcp://localhost"), local);
  assert.equal(parseAddress("tcp+tls://:p%40ss@broker.example:7000"), {
    host: "broker.example",
    port: 7000,
    isTls: true,
    password: "p@ss",
  });
  assert.equal(parseAddress("tcp://[::1]:1").host, "::1");
});

test("what is no such URL is refused, without telling its password", () => {
  for (const url of ["localhost:7419", "http://localhost", "tcp://", ""]) {
    assert.throws(() => parseAddress(url), /not the URL of a Faktory server/);
  }
  for (const url of ["http://:secret@localhost", "tcp://:my/secret@h:1", "tcp://:se%ssecret@h:1"]) {
    assert.throws(
      () => parseAddress(url),
      (error: Error) => /not the URL/.test(error.message) && !error.message.includes("secret"),
    );
  }
});

test("the environment says it in one of two ways, or not at all", () => {
  const host = (environment: NodeJS.ProcessEnv) => addressFromEnvironment(environment).host;
  assert.equal(addressFromEnvironment({}), local);
  assert.is(host({ FAKTORY_URL: "tcp://a" }), "a");
  assert.is(host({ FAKTORY_PROVIDER: "OURS", OURS: "tcp://b", FAKTORY_URL: "tcp://a" }), "b");
  assert.throws(
    () => host({ FAKTORY_PROVIDER: "OURS" }),
    /names the variable OURS, which is not set/,
  );
  assert.throws(() => host({ FAKTORY_PROVIDER: "tcp://b" }), /the name of the variable/);
});

test("the password of the URL goes before that of the environment", () => {
  const password = (url: string) =>
    addressFromEnvironment({ FAKTORY_URL: url, FAKTORY_PASSWORD: "env" }).password;
  assert.is(password("tcp://a"), "env");
  assert.is(password("tcp://:url@a"), "url");
});

test.run();
