import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { EncodedCall } from "../../../broker/store/encoded-call.ts";
import { pack } from "../../../broker/store/record.ts";
import { Script, type ScriptDefinition } from "../../../broker/store/script.ts";
import * as scripts from "../../../broker/store/scripts.ts";
import { withStore } from "../../kit/store.ts";

const test = suite("store/script");

type Definition = ScriptDefinition<string, string, unknown>;

/** As ack.lua has it. */
const ack: Definition = {
  name: "ack",
  keys: [
    "jobs",
    "working",
    "reservations",
    "counters",
    "history",
    "ties",
    "cancelling",
    "cancelled",
  ],
  fixed: ["now", "day"],
  each: ["jid", "token"],
  parse: (reply) => reply,
};

const reservation = { wid: "w", reservedAt: 1, place: "5/1", call: "c:1" };

test("a definition that agrees with the head of its file is taken", () => {
  assert.instance(new Script(ack), Script);
});

const disagreements: [what: string, definition: Definition][] = [
  [
    "names another key",
    { ...ack, keys: ack.keys.map((key) => (key === "reservations" ? "dead" : key)) },
  ],
  ["names keys in another order", { ...ack, keys: ack.keys.toReversed() }],
  ["lacks a key", { ...ack, keys: ack.keys.slice(1) }],
  ["has a key too many", { ...ack, keys: [...ack.keys, "dead"] }],
  ["names an argument otherwise", { ...ack, fixed: ["now", "today"] }],
  [
    "takes once what comes with each item",
    { ...ack, fixed: ["now", "day", "jid", "token"], each: [] },
  ],
  ["has an argument too many", { ...ack, each: ["jid", "token", "wid"] }],
];

for (const [what, definition] of disagreements) {
  test(`a definition that ${what} is refused when the broker starts`, () => {
    assert.throws(
      () => new Script(definition),
      /^ack\.lua and its definition disagree\.\nThe file/,
    );
  });
}

test("a definition without a file is refused", () => {
  assert.throws(() => new Script({ ...ack, name: "no-such" }), /ENOENT/);
});

test(
  "keys and arguments are passed by name, in the order of the head of the file",
  withStore(async ({ keys, link }) => {
    const sent: string[] = [];
    const parrot = {
      send: async (call: EncodedCall) => sent.push(call.toWritable().toString()),
    } as unknown as typeof link;
    const items = [
      { jid: "a", token: 0 },
      { jid: "b", token: 7 },
    ];
    await new Script(ack).run(parrot, keys, { now: 99, day: "2026-01-01" }, items);
    const { jobs, working, reservations, counters, history, ties } = keys;
    const { cancelling, cancelled } = keys;
    const parts = sent[0]?.split("\r\n").filter((_, index) => index > 0 && index % 2 === 0);
    const [command, sha = "", ...rest] = parts ?? [];
    assert.is(command, "EVALSHA");
    assert.match(sha, /^[0-9a-f]{40}$/);
    const names = [jobs, working, reservations, counters, history, ties, cancelling, cancelled];
    assert.equal(rest, ["8", ...names, "99", "2026-01-01", "a", "0", "b", "7"]);
  }),
);

test(
  "when Redis has forgotten the scripts they work all the same",
  withStore(async ({ link, keys, redis, seed, state }) => {
    const run = (jid: string) =>
      scripts.ack.run(link, keys, { now: 99, day: "2026-01-01" }, [{ jid, token: 0 }]);
    await seed({
      working: { a: 1, b: 1, c: 1 },
      reservations: { a: reservation, b: reservation, c: reservation },
    });
    assert.equal(await run("a"), ["done"]);
    await redis.script("FLUSH");
    assert.equal(await Promise.all([run("b"), run("c"), run("d")]), [
      ["done"],
      ["done"],
      ["unknown"],
    ]);
    assert.equal((await state()).counters, { processed: 3 });
  }),
);

test(
  "a script's own error comes through, and is not tried again",
  withStore(async ({ link, keys, redis }) => {
    await redis.set(keys.reservations, "of the wrong type");
    let calls = 0;
    const counting = {
      send: (call: EncodedCall) => {
        calls++;
        return link.send(call);
      },
    } as unknown as typeof link;
    await scripts.ack.run(link, keys, { now: 99, day: "d" }, []); // Redis has the script from here on
    try {
      await scripts.ack.run(counting, keys, { now: 99, day: "d" }, [{ jid: "a", token: 0 }]);
      assert.unreachable("it did not fail");
    } catch (error) {
      assert.match(String(error), "WRONGTYPE");
    }
    assert.is(calls, 1);
  }),
);

test("a reply that the head of the file does not promise is refused", async () => {
  const refused = /which was not to be expected/;
  const parse = <Result>(script: Script<string, string, Result>, reply: unknown) =>
    script.run({ send: async () => reply } as never, {} as never, {});
  const wrong: [Script<string, string, unknown>, unknown][] = [
    [scripts.push, "OK"],
    [scripts.push, [Buffer.from("s?")]],
    [scripts.push, [Buffer.from("r")]], // and no reason
    [scripts.push, Buffer.from("s")],
    [scripts.reserve, [["jid"]]],
    [scripts.reserve, [pack([1, "q", 0, false])]],
    [scripts.reserve, [pack(["j", "q", "0", false])]],
    [scripts.reserve, [pack(["j", "q", 0, false])]], // and no record
    [scripts.reserve, [pack(["j"])]],
    [scripts.fail, [[Buffer.from("vanished")]]],
    [scripts.fail, [[Buffer.from("retried"), Buffer.from("soon")]]],
    [scripts.registerWorker, Buffer.from("asleep")],
    [scripts.beat, [Buffer.from("asleep")]],
  ];
  await Promise.all(
    wrong.map(async ([script, reply]) => {
      const message = await parse(script, reply).then(String, (error: Error) => error.message);
      assert.match(message, refused);
    }),
  );
});

test.run();
