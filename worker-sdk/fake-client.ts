import { AssertionError } from "node:assert";
import { isDeepStrictEqual } from "node:util";
import { Client, type ClientOptions } from "./client.ts";
import type { Job } from "./job.ts";
import type { AnyJobs, JobMap, JobType } from "./job-map.ts";
import { type PushedJob, PushRecorder } from "./push-recorder.ts";

/** What an assertion may ask of a job. */
export type ExpectedJob<Args> = Partial<Omit<PushedJob, "args" | "type" | "text"> & { args: Args }>;

/** Takes the place of a Client in tests: it keeps what is pushed, and knows no server. */
export class FakeClient<Jobs extends JobMap<Jobs> = AnyJobs> extends Client<Jobs> {
  readonly #recorder: PushRecorder;

  /** @param options schemas, and nothing else that would matter */
  constructor(options: ClientOptions<Jobs> = {}) {
    const recorder = new PushRecorder();
    super(options, recorder);
    this.#recorder = recorder;
  }

  /** All that has been pushed, in order, as a worker would get it. */
  get pushed(): readonly PushedJob[] {
    return this.#recorder.jobs;
  }

  /** Forgets what was pushed. */
  clear(): void {
    this.#recorder.jobs.length = 0;
  }

  /**
   * Finds the first job of a type that has all that is expected.
   * @throws AssertionError that tells what was pushed instead
   */
  assertPushed<Type extends JobType<Jobs>>(
    type: Type,
    expected: ExpectedJob<Readonly<Jobs[Type]>> = {},
  ): Job {
    const found = this.pushed.find((job) => job.type === type && fits(job, expected));
    if (found !== undefined) return found;
    throw new AssertionError({
      message: `no such ${type} was pushed`,
      actual: this.pushed,
      expected: { type, ...expected },
      operator: "assertPushed",
    });
  }

  /** @throws AssertionError when a job of the type was pushed, or any at all where none is named */
  assertNotPushed(type?: JobType<Jobs>): void {
    const found = this.pushed.filter((job) => type === undefined || job.type === type);
    if (found.length === 0) return;
    throw new AssertionError({
      message: `${found.length} jobs were pushed`,
      actual: found,
      expected: [],
      operator: "assertNotPushed",
    });
  }
}

function fits(job: PushedJob, expected: object): boolean {
  const members = new Map<string, unknown>(Object.entries(job));
  return Object.entries(expected).every(([name, value]) =>
    isDeepStrictEqual(members.get(name), value),
  );
}
