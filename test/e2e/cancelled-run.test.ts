// limit: 120 s
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { MissingToolchain, run as runTool } from "../compat/toolchains.ts";
import { leftOut } from "../kit/left-out.ts";
import { type PrivateRedis, startRedis } from "../kit/redis.ts";
import { type Serving, serve, temporaryDirectory } from "../kit/serve.ts";
import { until } from "../kit/until.ts";
import { Wire } from "../kit/wire.ts";

// A run of many jobs, which have a tag, is called off while workers of three languages are at it. The
// broker is a process of its own, and so is each worker; see cancelled-run/README.md.

const HERE = fileURLToPath(new URL("cancelled-run", import.meta.url));
const TAG = "run";
const QUEUE = "runs";

/** The SDK's; the others beat every second. */
const HEARTBEAT_MS = 5_000;

const test = suite("a run that is called off");

interface Told {
  began?: string;
  lease?: number;
  told?: string;
  reason?: string;
  ended?: string;
  at: number;
}

/** What starts a worker, in each language that is here. */
const languages: { language: string; command: string[] }[] = [
  {
    language: "TypeScript",
    command: [process.execPath, "--import", "tsx", join(HERE, "worker.ts")],
  },
];

async function addLanguage(language: string, prepare: () => Promise<string[]>): Promise<void> {
  try {
    languages.push({ language, command: await prepare() });
  } catch (error) {
    if (!(error instanceof MissingToolchain)) throw error;
    leftOut(`A0.3 to A0.6 with a worker in ${language}`, error.message);
  }
}

test.before(async () => {
  await addLanguage("Python", async () => {
    await runTool(["python3", "--version"]);
    return ["python3", "-B", join(HERE, "worker.py")];
  });
  await addLanguage("Go", async () => {
    const file = join(temporaryDirectory(), "worker");
    await runTool(["go", "build", "-o", file, "."], { cwd: join(HERE, "go") });
    return [file];
  });
});

/** They end with this process at the latest. */
const workers = new Set<ChildProcess>();
process.once("exit", () => {
  for (const worker of workers) worker.kill("SIGKILL");
});

interface Worker {
  child: ChildProcess;
  told: Told[];
}

/** A broker on a Redis that outlives it, and a worker a language. */
class World {
  readonly #redis: PrivateRedis;
  readonly redis: Redis;
  #serving: Serving;
  #workers: Worker[] = [];

  private constructor(redis: PrivateRedis, serving: Serving) {
    this.#redis = redis;
    this.#serving = serving;
    this.redis = new Redis(redis.socketPath);
  }

  static async open(): Promise<World> {
    const redis = await startRedis();
    return new World(redis, await startBroker(redis, 0));
  }

  get port(): number {
    return this.#serving.port;
  }

  /** All that the workers have told of something so far, in the order of time. */
  told<Name extends "began" | "told" | "ended">(name: Name): Required<Pick<Told, Name | "at">>[] {
    const all = this.#workers.flatMap(({ told }) => told).filter((one) => one[name] !== undefined);
    return all.toSorted((a, b) => a.at - b.at) as Required<Pick<Told, Name | "at">>[];
  }

  leaseOf(jid: string): number | undefined {
    return this.#workers.flatMap(({ told }) => told).find(({ began }) => began === jid)?.lease;
  }

  async startWorkers(count: number): Promise<void> {
    const share = Math.ceil(count / languages.length);
    for (const [index, { language, command }] of languages.entries()) {
      const most = Math.min(share, count - index * share);
      this.#workers.push(this.#startWorker(command, `${language}-worker`, most));
    }
    await until(() => this.told("began").length === count, {
      what: `${count} jobs run`,
      withinMs: 60_000,
    });
  }

  /** From now on jobs that are called off end. */
  finish(): void {
    for (const { child } of this.#workers) child.stdin?.write("finish\n");
  }

  /** kill -9. */
  async killBroker(): Promise<void> {
    this.#serving.process.kill("SIGKILL");
    await this.#serving.ended;
  }

  /** Another one in its place. */
  async restartBroker(): Promise<void> {
    this.#serving = await startBroker(this.#redis, this.port);
  }

  async close(): Promise<void> {
    for (const { child } of this.#workers) child.kill("SIGKILL");
    this.redis.disconnect();
    await this.#serving.stop();
    await this.#redis.stop();
  }

  #startWorker([file = "", ...args]: string[], wid: string, count: number): Worker {
    const environment = { PORT: String(this.port), WID: wid, COUNT: String(count), QUEUE };
    const child = spawn(file, args, {
      env: { ...process.env, ...environment },
      stdio: ["pipe", "pipe", "inherit"],
    });
    workers.add(child);
    const told: Told[] = [];
    createInterface({ input: child.stdout }).on("line", (line) => {
      told.push(JSON.parse(line) as Told);
    });
    return { child, told };
  }
}

/** A test's body with a world, and a client of its own. */
function withWorld(body: (world: World, wire: Wire) => Promise<void>): () => Promise<void> {
  return async () => {
    const world = await World.open();
    try {
      const wire = await Wire.hello(world.port);
      await body(world, wire);
      wire.close();
    } finally {
      await world.close();
    }
  };
}

async function startBroker({ socketPath }: PrivateRedis, port: number): Promise<Serving> {
  const directory = temporaryDirectory();
  return await serve({
    flags: ["serve", "-b", `127.0.0.1:${port}`, "-c", directory, "--redis", `unix://${socketPath}`],
  });
}

async function pushRun(wire: Wire, prefix: string, count: number): Promise<void> {
  const jobs = Array.from({ length: count }, (_, index) => ({
    jid: `${prefix}-${String(index).padStart(6, "0")}`,
    jobtype: "Any",
    args: [],
    queue: QUEUE,
    custom: { tags: [TAG] },
  }));
  assert.is(await wire.call(`PUSHB ${JSON.stringify(jobs)}`), "{}");
}

interface TagState {
  jobs: number;
  cancel: { state: string; waiting: number; running: number };
}

async function tagState(wire: Wire): Promise<TagState> {
  return JSON.parse(await wire.call(`JOB TAG ${TAG}`)) as TagState;
}

const CANCEL = `JOB CANCEL ${JSON.stringify({ tag: TAG, reason: "wrong file", by: "the test" })}`;

async function cancelled(wire: Wire, withinMs = 10_000): Promise<TagState> {
  await until(async () => (await tagState(wire)).cancel.state === "cancelled", {
    what: "the run is cancelled",
    withinMs,
  });
  return await tagState(wire);
}

function jidsOf(told: { began: string }[]): string[] {
  return told.map(({ began }) => began).toSorted();
}

test(
  "A0.3 1,000 that wait never start, 50 that run learn of it, and it is over with the last of them",
  withWorld(async (world, wire) => {
    await pushRun(wire, "a", 1_050);
    await world.startWorkers(50);

    const calledAt = Date.now();
    const answer = JSON.parse(await wire.call(CANCEL)) as { state: string; waiting: number };
    assert.equal(
      { ...answer, cancel: undefined },
      {
        tag: TAG,
        state: "cancelling",
        waiting: 1_000,
        running: 50,
        cancel: undefined,
      },
    );
    await until(() => world.told("told").length === 50, {
      what: "every worker has learnt of each of its jobs",
      withinMs: 10_000,
    });
    const learnt = world.told("told");
    assert.equal(learnt.map(({ told }) => told).toSorted(), jidsOf(world.told("began")));
    const latest = Math.max(...learnt.map(({ at }) => at - calledAt));
    assert.ok(latest <= HEARTBEAT_MS, `the last one has learnt of it after ${latest} ms`);

    // Nothing has ended yet, so it goes on; with the last that ends it is over, and no sooner.
    assert.equal((await tagState(wire)).cancel.state, "cancelling");
    world.finish();
    await until(() => world.told("ended").length === 50, { what: "all have ended" });
    const { jobs, cancel } = await cancelled(wire);
    assert.equal([jobs, cancel.waiting, cancel.running], [0, 1_000, 0]);
    assert.is(world.told("began").length, 50, "none of those that waited has started");
    assert.is((await wire.info()).faktory.queues[QUEUE], 0);
  }),
);

test(
  "A0.4 what a running job of it pushes is refused, and no child of it runs",
  withWorld(async (world, wire) => {
    await pushRun(wire, "b", 6);
    await world.startWorkers(6);
    await wire.call(CANCEL);
    const children: string[] = [];
    for (const jid of jidsOf(world.told("began"))) {
      const parent = { jid, lease: world.leaseOf(jid) };
      const child = { jid: `child-of-${jid}`, queue: QUEUE, on_behalf: parent };
      children.push(await wire.push(child), await wire.push({ jid, queue: QUEUE }));
      children.push(await wire.push({ ...child, on_behalf: null, custom: { tags: [TAG] } }));
    }
    const kinds = children.map((reply) => reply.split(" ", 1)[0]);
    assert.equal([...new Set(kinds)], ["-CANCELLED", "-CANCELLING"]);
    world.finish();
    await cancelled(wire);
    // The workers would fetch what there is: they have nothing to do any longer.
    assert.is(await wire.fetch(QUEUE), undefined);
    assert.is(world.told("began").length, 6);
  }),
);

test(
  "A0.5 a new run is refused until nothing of the old one runs: they do not overlap",
  withWorld(async (world, wire) => {
    await pushRun(wire, "c", 30);
    await world.startWorkers(12);
    await wire.call(CANCEL);
    let refusals = 0;
    const started = until(
      async () => {
        const jid = `next-run-${refusals}`;
        const next = { jid, jobtype: "Any", queue: QUEUE, custom: { tags: [TAG] } };
        const reply = await wire.push(next);
        if (reply === "+OK") return true;
        assert.match(
          reply,
          /^-CANCELLING tag "run" is being cancelled, \d+ jobs? of it still runs?$/,
        );
        refusals++;
        return false;
      },
      { what: "the new run starts", withinMs: 20_000 },
    );
    await until(() => refusals > 3, { what: "it is refused" });
    world.finish();
    await started;
    await until(() => world.told("began").length > 12, { what: "it runs", withinMs: 10_000 });
    const next = world.told("began").filter(({ began }) => began.startsWith("next-run"));
    const old = world.told("ended").filter(({ ended }) => ended.startsWith("c-"));
    assert.equal([next.length, old.length], [1, 12]);
    const overlapMs = (old.at(-1)?.at ?? Number.NaN) - (next[0]?.at ?? Number.NaN);
    assert.ok(overlapMs <= 0, `the runs overlap by ${overlapMs} ms`);
  }),
);

test(
  "A0.6 when the broker is killed meanwhile, the next one goes on by itself",
  withWorld(async (world, before) => {
    // So many that they can't be called off before the broker dies.
    await pushRun(before, "d", 20_012);
    await world.startWorkers(12);
    before.send(CANCEL);
    await until(() => world.redis.sismember("mr:{default}:groups:closed", `tag:${TAG}`), {
      what: "it is written that the tag is being cancelled",
    });
    await world.killBroker();
    const left = await world.redis.zcount(`mr:{default}:groups:jobs:tag:${TAG}`, 0, 0);
    assert.ok(left > 12, "it died in the middle of it");
    await world.restartBroker();

    const wire = await Wire.hello(world.port);
    const midway = await tagState(wire);
    assert.is(midway.cancel.state, "cancelling");
    await until(async () => (await tagState(wire)).jobs === 12, {
      what: "all that waited are called off",
      withinMs: 30_000,
    });
    await until(() => world.told("told").length === 12, {
      what: "the workers have come back and learnt of it",
      withinMs: 20_000,
    });
    world.finish();
    const { cancel } = await cancelled(wire, 20_000);
    assert.equal([cancel.waiting, cancel.running], [20_000, 0]);
    assert.is(world.told("began").length, 12);
    wire.close();
  }),
);

test.run();
