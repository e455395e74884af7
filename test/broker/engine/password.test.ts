import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Password } from "../../../broker/engine/password.ts";
import { type Challenge, hashPassword } from "../../../protocol/handshake.ts";
import { turnsDuring } from "../../kit/turns.ts";

const test = suite("engine/password");

const present = () => true;

function challengeOf(password: Password): Challenge {
  const challenge = password.challenge();
  if (challenge === undefined) throw new Error("there is no challenge");
  return challenge;
}

/** What a client makes of a password. */
function answer(secret: string, challenge: Challenge, version = 2) {
  const iterations = version < 2 ? 1 : challenge.iterations;
  return { version, passwordHash: hashPassword(secret, { ...challenge, iterations }) };
}

test("without a password nobody is asked, and anybody is let in", async () => {
  const open = new Password({ password: "", allowSingleHash: false });
  assert.is(open.challenge(), undefined);
  const anything = { version: 2, passwordHash: "anything" };
  assert.ok(await open.accepts(anything, undefined, present));
});

test("each connection is asked something else, within Faktory's bounds", () => {
  const password = new Password({ password: "secret", allowSingleHash: true });
  const challenges = Array.from({ length: 200 }, () => challengeOf(password));
  assert.is(new Set(challenges.map(({ salt }) => salt)).size, 200);
  for (const { salt, iterations } of challenges) {
    assert.match(salt, /^[0-9a-f]{1,16}$/);
    assert.ok(BigInt(`0x${salt}`) < 2n ** 63n, "some clients read it as a signed number");
    assert.ok(iterations >= 4_000 && iterations < 8_096);
  }
});

test("the right password is accepted, and nothing else", async () => {
  const password = new Password({ password: "secret", allowSingleHash: true });
  const challenge = challengeOf(password);
  const right = answer("secret", challenge);
  assert.ok(await password.accepts(right, challenge, present));
  const wrong = [
    answer("Secret", challenge),
    answer("secret", challengeOf(password)),
    { ...right, passwordHash: "" },
    { ...right, passwordHash: right.passwordHash.toUpperCase() },
    { ...right, passwordHash: `${right.passwordHash}0` },
    { ...right, version: 1 },
  ];
  for (const given of wrong) assert.not(await password.accepts(given, challenge, present));
});

test("a client of version 1 hashes once, where that is allowed", async () => {
  const lenient = new Password({ password: "secret", allowSingleHash: true });
  const challenge = challengeOf(lenient);
  for (const version of [0, 1]) {
    assert.ok(await lenient.accepts(answer("secret", challenge, version), challenge, present));
    assert.not(await lenient.accepts(answer("wrong", challenge, version), challenge, present));
  }
  const strict = new Password({ password: "secret", allowSingleHash: false });
  assert.not(await strict.accepts(answer("secret", challenge, 1), challenge, present));
  assert.ok(await strict.accepts(answer("secret", challenge), challenge, present));
});

test("a password that is changed holds for those who come after", async () => {
  const password = new Password({ password: "old", allowSingleHash: true });
  const challenge = challengeOf(password);
  password.change({ password: "new", allowSingleHash: true });
  assert.not(await password.accepts(answer("old", challenge), challenge, present));
  assert.ok(await password.accepts(answer("new", challenge), challenge, present));
});

test("a client that was greeted before there was a password has to connect again", async () => {
  const password = new Password({ password: "", allowSingleHash: true });
  const challenge = password.challenge();
  password.change({ password: "new", allowSingleHash: true });
  assert.not(await password.accepts({ version: 2, passwordHash: "" }, challenge, present));
});

test("while passwords are checked the event loop goes on", async () => {
  const password = new Password({ password: "secret", allowSingleHash: true });
  const challenge = challengeOf(password);
  const turns = await turnsDuring(async () => {
    const checks = Array.from({ length: 5 }, () =>
      password.accepts(answer("secret", challenge), challenge, present),
    );
    assert.equal(await Promise.all(checks), [true, true, true, true, true]);
  });
  assert.ok(turns > 5, `${turns} turns`);
});

test("a check that nobody waits for any longer is given up, and does not let in", async () => {
  const password = new Password({ password: "secret", allowSingleHash: true });
  const challenge = challengeOf(password);
  const gone = () => false;
  assert.not(await password.accepts(answer("secret", challenge), challenge, gone));
  assert.ok(await password.accepts(answer("secret", challenge), challenge, present));
});

test.run();
