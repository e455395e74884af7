import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { keysOf } from "../../broker/store/keys.ts";
import { until } from "../../test/kit/until.ts";
import { ask } from "../ask.ts";
import { withContenders } from "../comparison.ts";
import type { Contender } from "../contenders/contender.ts";
import { startMillrace } from "../contenders/millrace.ts";
import { fill } from "../fill.ts";
import type { RedisProbe } from "../redis-probe.ts";
import { root } from "../root.ts";
import { atMost, forInformation, milliseconds } from "../row.ts";
import { runLoad } from "../run-load.ts";
import type { Scenario } from "../scenario.ts";
import type { Settings } from "../settings.ts";
import { summarize } from "../statistics.ts";

const LIMIT_MS = 5;

/** Redis keeps what took longer than this, so a step shorter than this is given as this. */
const NOTED_FROM_MS = 1;

/** The one that a broker has unless it is told another. */
const NAMESPACE = "default";

const DAY_MS = 86_400_000;

interface Step {
  name: string;
  run(contender: Contender, context: { settings: Settings; count: number }): Promise<unknown>;
}

/** Everything that a client can make the broker do, with as many members as the scenario has. */
const STEPS: Step[] = [
  {
    name: "fill a queue",
    run: (contender, { settings, count }) => fill(contender, settings, { count }),
  },
  {
    name: "fill scheduled",
    run: (contender, { settings, count }) =>
      fill(contender, settings, { count, queue: "later", at: new Date(Date.now() + DAY_MS) }),
  },
  {
    name: "push, fetch, ack",
    run: (contender, { settings }) =>
      runLoad(contender, settings, { load: "cycle", connections: 50 }),
  },
  { name: "fail", run: (contender) => failSome(contender, 200) },
  {
    name: "queue latency, pause, resume",
    run: (contender) =>
      ask(contender, "QUEUE LATENCY default", "QUEUE PAUSE *", "QUEUE RESUME *", "INFO"),
  },
  {
    name: "list jobs",
    run: (contender) =>
      ask(contender, "JOB LIST", 'JOB LIST {"state":"scheduled","jobtype":"None"}'),
  },
  {
    name: "kill all scheduled",
    run: (contender) =>
      ask(contender, 'MUTATE {"cmd":"kill","target":"scheduled","filter":{"jobtype":"Bench"}}'),
  },
  {
    name: "requeue all dead",
    run: (contender) =>
      ask(contender, 'MUTATE {"cmd":"requeue","target":"dead","filter":{"jobtype":"Bench"}}'),
  },
  {
    name: "fill scheduled again",
    run: (contender, { settings, count }) =>
      fill(contender, settings, { count, queue: "later", at: new Date(Date.now() + DAY_MS) }),
  },
  {
    name: "clear scheduled",
    run: (contender) => ask(contender, 'MUTATE {"cmd":"clear","target":"scheduled"}'),
  },
  { name: "remove a queue", run: (contender) => ask(contender, "QUEUE REMOVE default") },
  { name: "delete what was removed", run: untilNothingIsRemoved },
  {
    name: "fill again",
    run: (contender, { settings, count }) => fill(contender, settings, { count }),
  },
  { name: "flush", run: (contender) => ask(contender, "FLUSH") },
];

/** What takes Redis no time: how long the machine keeps it from it. */
const CONTROL: Step = {
  name: "nothing, for comparison",
  run: ({ redis }) => redis?.pingOften(PINGS) ?? Promise.resolve(),
};

/** About as many as the calls of a step. */
const PINGS = 20_000;

/** The longest command of each step, and what it was. */
type Longest = Record<string, { milliseconds: number; what: string }>;

export const blocking: Scenario = {
  name: "blocking",
  summary:
    "the longest that a script kept Redis from other work, by Redis' own SLOWLOG, with 1,000,000 members in its sets",
  async run(settings) {
    const count = settings.isQuick ? 20_000 : 1_000_000;
    const rounds: Longest[] = [];
    for (let round = 1; round <= settings.rounds; round++) {
      await withContenders([() => startMillrace("everysec")], async (contenders) => {
        for (const contender of contenders) rounds.push(await runSteps(contender, settings, count));
      });
    }
    const members = `${count.toLocaleString("en")} members`;
    const rows = [
      atMost(LIMIT_MS, {
        what: `the longest script, ${members}: each step's quietest round`,
        value: summarize([Math.max(...quietest(rounds))]),
        format: milliseconds,
      }),
      forInformation({
        what: `the longest script, ${members}: any round, with the pauses that the system made`,
        value: summarize(rounds.map((steps) => Math.max(...times(steps)))),
        format: milliseconds,
      }),
      forInformation({
        what: `the longest of ${PINGS.toLocaleString("en")} PINGs to the same Redis`,
        value: summarize(rounds.map((steps) => steps[CONTROL.name]?.milliseconds ?? Number.NaN)),
        format: milliseconds,
      }),
    ];
    return { rows, rounds: {}, details: { rounds, count } };
  },
};

function times(steps: Longest): number[] {
  return STEPS.flatMap(({ name }) => steps[name]?.milliseconds ?? []);
}

/**
 * Of each step the shortest that its longest script took in any round. Redis' clock goes on while
 * another process has the core; that hits one round or another. What a script does, it does in all.
 */
function quietest(rounds: readonly Longest[]): number[] {
  return STEPS.map(({ name }) =>
    Math.min(...rounds.map((steps) => steps[name]?.milliseconds ?? Number.POSITIVE_INFINITY)),
  );
}

async function runSteps(contender: Contender, settings: Settings, count: number): Promise<Longest> {
  const { redis } = contender;
  if (redis === undefined) throw new Error("there is no Redis to ask");
  const names = scriptNames();
  const longest: Longest = {};
  if (!runsBeforeOthers(contender)) {
    console.log("  chrt may not be used here: the times have the pauses that other processes make");
  }
  for (const step of [...STEPS, CONTROL]) {
    const { name } = step;
    await redis.watchForSlow(NOTED_FROM_MS);
    await step.run(contender, { settings, count });
    longest[name] = await findLongest(redis, names);
    console.log(
      `  ${name.padEnd(28)} ${milliseconds(longest[name].milliseconds)} ${longest[name].what}`,
    );
  }
  return longest;
}

/**
 * Redis' clock goes on while another process has the core, and here there are more processes than
 * cores. So its main thread gets a real-time priority, where this user may give one; a child that
 * writes a file anew does not.
 */
function runsBeforeOthers({ pids: { redis } }: Contender): boolean {
  return spawnSync("chrt", ["--reset-on-fork", "--fifo", "--pid", "1", String(redis)]).status === 0;
}

async function findLongest(redis: RedisProbe, names: ReadonlyMap<string, string>) {
  const slow = await redis.slowCommands();
  const [first] = slow.toSorted((a, b) => b.milliseconds - a.milliseconds);
  if (first === undefined) return { milliseconds: NOTED_FROM_MS, what: "or less" };
  const [verb = "", script = ""] = first.command;
  return { milliseconds: first.milliseconds, what: names.get(script) ?? verb };
}

/** The scripts' names by their SHA1, by which Redis knows them. */
function scriptNames(): Map<string, string> {
  const folder = join(root, "dist/broker/store/lua");
  const files = readdirSync(folder);
  return new Map(
    files.map((file) => [
      createHash("sha1")
        .update(readFileSync(join(folder, file)))
        .digest("hex"),
      file,
    ]),
  );
}

async function failSome(contender: Contender, count: number): Promise<void> {
  for (let left = count; left > 0; left--) {
    const job = JSON.parse(await ask(contender, "FETCH default")) as { jid: string };
    await ask(
      contender,
      `FAIL ${JSON.stringify({ jid: job.jid, errtype: "E", message: "failed" })}`,
    );
  }
}

/** The broker deletes the records of what was removed bit by bit. */
async function untilNothingIsRemoved({ redis }: Contender): Promise<void> {
  const isDone = async () => (await redis?.memberCount(keysOf(NAMESPACE).removals)) === 0;
  await until(isDone, { what: "all that was removed is deleted", withinMs: 600_000 });
}
