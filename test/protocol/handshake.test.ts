import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  encodeHi,
  hashInSteps,
  hashPassword,
  isSameHash,
  parseHi,
} from "../../protocol/handshake.ts";
import { refusal } from "./refusal.ts";
import { assertTable } from "./table.ts";

const test = suite("protocol/handshake");

const challenge = { salt: "55104dc76695721d", iterations: 1545 };
/** FWP's own example, for the password `foobar`. */
const hash = "6d877f8e5544b1f2598768f817413ab8a357afffa924dedae99eb91472d4ec30";

test("HI has no space in its JSON, and its members in FWP's order", () => {
  assert.is(encodeHi(), 'HI {"v":2}');
  assert.is(encodeHi(challenge), 'HI {"v":2,"i":1545,"s":"55104dc76695721d"}');
});

test("HI is read as it was written", () => {
  assert.equal(parseHi(encodeHi()), { version: 2 });
  assert.equal(parseHi(encodeHi(challenge)), { version: 2, challenge });
});

test("HI is read in any order, with spaces, and with members that nobody knows", () => {
  assertTable(
    {
      'HI { "s" : "a1", "i" : 4000, "v" : 3, "x" : [] }': {
        version: 3,
        challenge: { salt: "a1", iterations: 4000 },
      },
      'HI {"v":2,"s":"a1"}': { version: 2, challenge: { salt: "a1", iterations: 1 } },
      'HI {"v":2,"i":4000}': { version: 2 },
    },
    parseHi,
  );
});

test("another server's greeting is refused and repeated", () => {
  assertTable(
    {
      "": "",
      OK: "OK",
      HI: "HI",
      "hi {}": "hi {}",
      'HELLO {"v":2}': 'HELLO {"v":2}',
      "HI null": "HI null",
      "HI []": "HI []",
      "HI 2": "HI 2",
      "HI {}": "HI {}",
      'HI {"v":"2"}': 'HI {"v":"2"}',
      'HI {"V":2}': 'HI {"V":2}',
      [`220 ${"x".repeat(100)}`]: `220 ${"x".repeat(76)}`,
    },
    (text) =>
      refusal(() => parseHi(text)).replace("Error: not a Faktory server: it greeted with ", ""),
  );
});

test("a greeting that is no JSON is refused", () => {
  for (const text of ["HI ", "HI {", "HI there", 'HI {"v":2} x']) {
    assert.throws(() => parseHi(text), /JSON/);
  }
});

test("a password's hash is FWP's", () => {
  assert.is(hashPassword("foobar", challenge), hash);
});

test("one iteration is SHA-256 of the password and the salt, and there is never none", () => {
  const sha256OfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  assert.is(hashPassword("ab", { salt: "c", iterations: 1 }), sha256OfAbc);
  assert.is(hashPassword("ab", { salt: "c", iterations: 0 }), sha256OfAbc);
});

test("a further iteration hashes the 32 bytes, not their digits", () => {
  const twice = "4f8b42c22dd3729b519ba6f68d2da7cc5b2d606d05daed5ad5128cc03e6c6358";
  assert.is(hashPassword("ab", { salt: "c", iterations: 2 }), twice);
});

test("a password is hashed as UTF-8", () => {
  const expected = "65911df39b206b8fa0b62843a8cd9d0552e153d7a68a7787ef57fd979a55f462";
  assert.is(hashPassword("pässword", { salt: "1f", iterations: 1 }), expected);
});

test("a hash in steps pauses every 250 iterations, and comes to the same", () => {
  assertTable(
    { "0": 0, "1": 0, "250": 0, "251": 1, "500": 1, "501": 2, "1545": 6, "8095": 32 },
    (iterations) => {
      const asked = { ...challenge, iterations: Number(iterations) };
      const steps = hashInSteps("foobar", asked);
      let pauses = 0;
      let step = steps.next();
      for (; !step.done; step = steps.next()) pauses++;
      assert.is(step.value, hashPassword("foobar", asked));
      return pauses;
    },
  );
});

test("only the very same hash is the same", () => {
  assert.ok(isSameHash(hash, hash));
  const others = ["", hash.toUpperCase(), hash.slice(1), `${hash} `, `${hash.slice(0, -1)}1`];
  // As many characters, but not as many bytes.
  others.push(`é${hash.slice(1)}`);
  for (const other of others) assert.not(isSameHash(hash, other), other);
});

test.run();
