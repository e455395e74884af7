import { Engine } from "../../broker/engine/engine.ts";
import type { Job } from "../../protocol/job.ts";
import { FlakyStore } from "./flaky-store.ts";
import { type RecordingLogger, recordingLogger } from "./log.ts";
import { openStore, type TestStore, type TestStoreOptions } from "./store.ts";

/** A broker's rules on a store of their own, with nobody's connections. */
export interface TestEngine extends TestStore {
  engine: Engine;
  flaky: FlakyStore;
  log: RecordingLogger;
  /** Pushes a job with defaults for what the test does not care about. */
  push(jid: string, job?: Partial<Job>): Promise<void>;
  /** A client that fetches; with a lease, its jobs are leased. */
  client(wid?: string, leaseMs?: number): TestClient;
}

export interface TestEngineOptions extends TestStoreOptions {
  /** As Math.random; always 0 by default. */
  random?: () => number;
}

export interface TestClient {
  wid: string;
  leaseMs?: number;
  gone: AbortSignal;
  leave(): void;
  close(reason: string): void;
  /** Why it was closed. */
  closed: string[];
  /** Its answers so far, each a jid or "nothing", or an error's message. */
  answers: string[];
  /** The tokens of its leases, in the order of the answers. */
  tokens: number[];
  /** Sends a FETCH; resolves when it is answered. */
  fetch(...queues: string[]): Promise<void>;
}

export async function openEngine(options: TestEngineOptions = {}): Promise<TestEngine> {
  const { random = () => 0 } = options;
  const world = await openStore(options);
  const flaky = new FlakyStore(world.store);
  const log = recordingLogger();
  const { clock } = world;
  const engine = new Engine({ store: flaky.store, clock, random, log });
  return {
    ...world,
    engine,
    flaky,
    log,
    push: (jid, job = {}) => engine.jobs.push(newJob(jid, job)),
    client: (wid = "", leaseMs) => new Client(engine, wid, leaseMs),
  };
}

/** A test's body with an engine of its own. */
export function withEngine(
  run: (world: TestEngine) => Promise<void>,
  options: TestEngineOptions = {},
): () => Promise<void> {
  return async () => {
    const world = await openEngine(options);
    try {
      await run(world);
    } finally {
      world.close();
    }
  };
}

export function newJob(jid: string, job: Partial<Job> = {}): Job {
  return {
    jid,
    jobtype: "T",
    queue: "q",
    retry: 25,
    reserveForSeconds: 1_800,
    priority: 5,
    text: Buffer.from(`{"jid":"${jid}"}`),
    ...job,
  };
}

class Client implements TestClient {
  readonly wid: string;
  readonly closed: string[] = [];
  readonly answers: string[] = [];
  readonly tokens: number[] = [];
  readonly leaseMs?: number;
  readonly #engine: Engine;
  readonly #gone = new AbortController();

  constructor(engine: Engine, wid: string, leaseMs: number | undefined) {
    this.#engine = engine;
    this.wid = wid;
    if (leaseMs !== undefined) this.leaseMs = leaseMs;
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  leave(): void {
    this.#gone.abort();
  }

  close(reason: string): void {
    this.closed.push(reason);
  }

  async fetch(...queues: string[]): Promise<void> {
    try {
      const job = await this.#engine.fetches.fetch(this, queues);
      this.answers.push(job?.jid ?? "nothing");
      if (job?.token !== undefined) this.tokens.push(job.token);
    } catch (error) {
      this.answers.push(error instanceof Error ? error.message : String(error));
    }
  }
}
