// limit: 300 s, alone
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../../worker-sdk/client.ts";
import { type Program, startProgram } from "../kit/program.ts";
import { isAlive, type Serving, serve, temporaryDirectory } from "../kit/serve.ts";
import { until } from "../kit/until.ts";

const test = suite("A4.1: a chain, and kill -9 at every boundary");

/** How many jobs each of the 26 stages has. */
const SIZES = Array.from({ length: 26 }, (_, stage) => [1, 3, 40, 1, 200][stage % 5] ?? 1);
SIZES[13] = 10_000;

const SDK = new URL("../../dist/worker-sdk/index.js", import.meta.url).href;

/** Notes when a job begins and ends, in a file to which a line is added at once or not at all. */
const WORKER = `
  import { appendFileSync } from "node:fs";
  import { Worker } from ${JSON.stringify(SDK)};
  const worker = new Worker({ concurrency: 50, leaseSeconds: 2, maxBackOffMs: 100 });
  const note = (...words) => appendFileSync(process.env.NOTES, words.join(" ") + "\\n");
  worker.handle("step", ([stage], { job }) => {
    note(stage, "begins", job.jid);
    note(stage, "ends", job.jid);
  });
  worker.handle("finished", (_args, { job }) => note(${SIZES.length}, "begins", job.jid));
  await worker.run();
`;

/** The parts of a system, any of which can be killed and started again. */
class Parts {
  readonly url: string;
  readonly #directory: string;
  readonly #port: number;
  readonly #program: string;
  readonly #notes: string;
  #serving: Serving;
  #worker: Program;

  private constructor(serving: Serving, directory: string, notes: string) {
    this.#serving = serving;
    this.#directory = directory;
    this.#port = serving.port;
    this.#notes = notes;
    this.url = `tcp://127.0.0.1:${serving.port}`;
    this.#program = join(directory, "worker.mjs");
    writeFileSync(this.#program, WORKER);
    this.#worker = this.#startWorker();
  }

  static async start(notes: string): Promise<Parts> {
    const directory = temporaryDirectory();
    return new Parts(await serve({ directory }), directory, notes);
  }

  async killWorker(): Promise<void> {
    this.#worker.child.kill("SIGKILL");
    await this.#worker.ended;
    this.#worker = this.#startWorker();
  }

  async killBroker(): Promise<void> {
    const { redisPid } = this.#serving;
    this.#serving.process.kill("SIGKILL");
    await this.#serving.ended;
    await until(() => !isAlive(redisPid), { what: "its Redis has ended" });
    await this.#serveAgain();
  }

  /** The broker starts another; when that has been too often in a minute, it ends, and is started again. */
  async killRedis(): Promise<void> {
    const { redisPid } = this.#serving;
    process.kill(redisPid, "SIGKILL");
    const isBack = () => this.#serving.redisPid !== redisPid;
    const hasEnded = () => this.#serving.process.exitCode !== null;
    await until(() => isBack() || hasEnded(), { what: "somebody does something about it" });
    if (hasEnded()) await this.#serveAgain();
  }

  async stop(): Promise<void> {
    this.#worker.child.kill("SIGTERM");
    await this.#worker.ended;
    await this.#serving.stop();
  }

  async #serveAgain(): Promise<void> {
    const args = ["-b", `127.0.0.1:${this.#port}`];
    this.#serving = await serve({ directory: this.#directory, args });
  }

  #startWorker(): Program {
    const environment = { FAKTORY_URL: this.url, NOTES: this.#notes };
    return startProgram([this.#program], { environment });
  }
}

interface Note {
  stage: number;
  what: string;
  jid: string;
}

function readNotes(file: string): Note[] {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return lines
    .filter((line) => line !== "")
    .map((line) => {
      const [stage, what = "", jid = ""] = line.split(" ");
      return { stage: Number(stage), what, jid };
    });
}

test("A4.1 each stage begins when the one before is done, and each boundary is crossed once", async () => {
  const notes = join(temporaryDirectory(), "notes");
  writeFileSync(notes, "");
  const parts = await Parts.start(notes);
  const client = new Client({ url: parts.url, callTimeoutMs: 20_000, maxBackOffMs: 200 });
  try {
    await runAndKill(parts, client, notes);
  } finally {
    await client.close();
    await parts.stop();
  }
});

async function runAndKill(parts: Parts, client: Client, notes: string): Promise<void> {
  const stages = SIZES.map((size, stage) =>
    Array.from({ length: size }, () => ({ type: "step", args: [stage] })),
  );
  const chain = await client.chain("crashes", stages, {
    success: { type: "finished", args: [] },
  });
  const kills = [
    () => parts.killWorker(),
    () => parts.killBroker(),
    () => parts.killRedis(),
  ] as const;
  for (const [stage, size] of SIZES.entries()) {
    const ended = () => {
      const of = readNotes(notes).filter((note) => note.stage === stage && note.what === "ends");
      return new Set(of.map(({ jid }) => jid)).size;
    };
    // Its last report is under way, or has just been taken.
    await until(() => ended() === size, { what: `stage ${stage} has run`, withinMs: 60_000 });
    await kills[stage % kills.length]?.();
  }
  await until(async () => (await chain.status()).state === "success", {
    what: "the chain has succeeded",
    withinMs: 30_000,
  });

  const found = readNotes(notes);
  for (const [stage, size] of SIZES.entries()) {
    const jids = found.filter((note) => note.stage === stage).map(({ jid }) => jid);
    assert.is(new Set(jids).size, size, `stage ${stage} has its jobs, and no others`);
    const last = found.findLastIndex((note) => note.stage === stage);
    const next = found.findIndex((note) => note.stage > stage);
    assert.ok(last < next, `nothing of stage ${stage} runs when the next one has begun`);
  }
  const finished = found.filter(({ stage }) => stage === SIZES.length);
  assert.is(new Set(finished.map(({ jid }) => jid)).size, 1, "the end is told of once");
  const { stages: told } = await chain.status();
  assert.equal(
    told.map(({ state, total, pending, failed }) => ({ state, total, pending, failed })),
    SIZES.map((total) => ({ state: "success", total, pending: 0, failed: 0 })),
  );
}

test.run();
