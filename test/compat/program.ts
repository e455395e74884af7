import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { until } from "../kit/until.ts";
import { killGroup } from "../runner/process-group.ts";

/** What our programs say, a line of JSON each; README.md has the list. */
export type Event =
  | { event: "pushed"; count: number }
  | { event: "requeued" }
  | ({ event: "info" } & Counts)
  | { event: "working"; wid: string }
  | ({ event: "ran" } & Run)
  | { event: "batch"; check: string; seen: unknown };

/** What a client library makes of INFO. */
export interface Counts {
  processed: number;
  failures: number;
  enqueued: number;
  queues: Record<string, number>;
}

/** One attempt at a job, as the program saw it. */
export interface Run {
  jobtype: string;
  args: unknown[];
  /** Whether the attempt is a success. */
  succeeds: boolean;
  atMs: number;
}

export interface Surroundings {
  /** Of the server, for FAKTORY_URL. */
  url: string;
  /** The certificate to trust, when it is a `tcp+tls:` URL. */
  caFile?: string;
}

/** A program that is ready to run. */
export interface Built {
  command: readonly string[];
  /** Whether it runs jobs in processes of their own, which have to end with it. */
  forks?: boolean;
}

/** Enough for a thousand jobs, pushed by a client that waits for each reply. */
const PART_LIMIT_MS = 60_000;

const running = new Set<Program>();
process.on("exit", killPrograms);

/** Ends all programs that run, at once. */
export function killPrograms(): void {
  for (const program of running) program.kill();
}

/** One of our programs, playing a part. */
export class Program {
  readonly events: Event[] = [];
  /** Resolves with the exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly #child: ChildProcess;
  readonly #forks: boolean;
  #errors = "";
  #hasEnded = false;

  private constructor(
    { command, forks = false }: Built,
    part: readonly string[],
    { url, caFile }: Surroundings,
    input: string,
  ) {
    const [file = "", ...parameters] = [...command, ...part];
    const child = spawn(file, parameters, {
      detached: forks, // in a group of its own
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, FAKTORY_URL: url, ...(caFile && { SSL_CERT_FILE: caFile }) },
    });
    this.#forks = forks;
    this.#child = child;
    child.stdin.on("error", () => {}); // it need not read all
    child.stdin.end(input);
    createInterface({ input: child.stdout }).on("line", (line) => {
      // Libraries log here, too.
      if (line.startsWith("{")) this.events.push(JSON.parse(line) as Event);
      else this.#errors += `${line}\n`;
    });
    child.stderr.on("data", (chunk: Buffer) => {
      this.#errors += chunk.toString();
    });
    running.add(this);
    this.ended = once(child, "close").then(([code, signal]: unknown[]) => {
      running.delete(this);
      this.#hasEnded = true;
      return (code ?? signal) as number | NodeJS.Signals;
    });
  }

  /** Starts a part that ends when somebody tells it to. */
  static start(built: Built, part: readonly string[], surroundings: Surroundings): Program {
    return new Program(built, part, surroundings, "");
  }

  /** Plays a part that ends by itself. Rejects when it ends with anything but 0. */
  static async play(
    built: Built,
    part: string,
    surroundings: Surroundings,
    input = "",
  ): Promise<Event[]> {
    const program = new Program(built, [part], surroundings, input);
    const code = await program.end(PART_LIMIT_MS);
    if (code !== 0) throw new Error(`${part} ended with ${code}:\n${program.lastErrors}`);
    return program.events;
  }

  get runs(): Run[] {
    return this.events.filter((event) => event.event === "ran");
  }

  /** The end of what it wrote to its standard error. */
  get lastErrors(): string {
    return this.#errors.slice(-2_000);
  }

  /** Waits for something that only a running program can bring about. */
  async until<T>(
    predicate: () => T | Promise<T>,
    { what, withinMs }: { what: string; withinMs: number },
  ) {
    return await until(
      async () => {
        const value = await predicate();
        if (!value && this.#hasEnded) {
          throw new Error(`ended with ${await this.ended} before ${what}:\n${this.lastErrors}`);
        }
        return value;
      },
      { what, withinMs },
    );
  }

  /** Waits for its end; ends it when that does not come in time. */
  async end(withinMs: number): Promise<number | NodeJS.Signals> {
    const timer = setTimeout(() => this.kill(), withinMs);
    const code = await this.ended;
    clearTimeout(timer);
    return code;
  }

  /** SIGTERM, as a supervisor does. */
  terminate(): void {
    this.#child.kill("SIGTERM");
  }

  kill(): void {
    if (this.#forks && this.#child.pid !== undefined) killGroup(this.#child.pid);
    else this.#child.kill("SIGKILL");
  }
}
