import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { EncodedCall } from "../../../broker/store/encoded-call.ts";
import { pack } from "../../../broker/store/record.ts";
import { Script, type ScriptDefinition } from "../../../broker/store/script.ts";
import * as scripts from "../../../broker/store/scripts.ts";
import { withStore } from "../../kit/store.ts";

const test = suite("store/script");

type Definition = ScriptDefinition<string, string, unknown>;

/** As beat.lua has it. */
const beat: Definition = {
  name: "beat",
  keys: ["workers", "worker", "notices"],
  fixed: ["now"],
  each: ["wid", "state", "rssKb"],
  parse: (reply) => reply,
};

const reservation = { wid: "w", reservedAt: 1, place: "5/1", call: "c:1" };

test("a definition that agrees with the head of its file is taken", () => {
  assert.instance(new Script(beat), Script);
});

const disagreements: [what: string, definition: Definition][] = [
  ["names another key", { ...beat, keys: ["workers", "dead", "notices"] }],
  ["names keys in another order", { ...beat, keys: beat.keys.toReversed() }],
  ["lacks a key", { ...beat, keys: beat.keys.slice(1) }],
  ["has a key too many", { ...beat, keys: [...beat.keys, "dead"] }],
  ["names an argument otherwise", { ...beat, fixed: ["today"] }],
  ["takes once what comes with each item", { ...beat, fixed: ["now", ...beat.each], each: [] }],
  ["has an argument too many", { ...beat, each: [...beat.each, "pid"] }],
];

for (const [what, definition] of disagreements) {
  test(`a definition that ${what} is refused when the broker starts`, () => {
    assert.throws(
      () => new Script(definition),
      /^beat\.lua and its definition disagree\.\nThe file/,
    );
  });
}

test("a definition without a file is refused", () => {
  assert.throws(() => new Script({ ...beat, name: "no-such" }), /ENOENT/);
});

test(
  "keys and arguments are passed by name, in the order of the head of the file",
  withStore(async ({ keys, link }) => {
    const sent: string[] = [];
    const parrot = {
      send: async (call: EncodedCall) => sent.push(call.toWritable().toString()),
    } as unknown as typeof link;
    const items = [
      { wid: "v", state: "quiet", rssKb: 1 },
      { wid: "w", state: "running", rssKb: 2 },
    ];
    await new Script(beat).run(parrot, keys, { now: 99 }, items);
    const parts = sent[0]?.split("\r\n").filter((_, index) => index > 0 && index % 2 === 0);
    const [command, sha = "", ...rest] = parts ?? [];
    assert.is(command, "EVALSHA");
    assert.match(sha, /^[0-9a-f]{40}$/);
    const names = [keys.workers, keys.worker, keys.notices];
    const values = ["99", "v", "quiet", "1", "w", "running", "2"];
    assert.equal(rest, ["3", ...names, ...values]);
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
