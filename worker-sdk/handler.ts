import type { StallPolicy } from "../protocol/progress.ts";
import { checkHandlerOptions } from "./check-options.ts";
import type { JobContext } from "./job-context.ts";
import { UnknownJobType } from "./job-errors.ts";
import type { AnyJobs } from "./job-map.ts";
import type { Integers } from "./json-text.ts";

/**
 * Runs jobs of one type: gets their arguments as an array, to be taken apart in place, and the
 * context. When it returns, or its promise resolves, the job is done; when it throws, it has failed.
 */
export type Handler<Args, Jobs> = (args: Args, context: JobContext<Jobs>) => unknown;

export interface HandlerOptions {
  /** So many jobs of this type are run at once; by default as many as the worker runs. */
  concurrency?: number | undefined;
  /**
   * Milliseconds after which a job's signal fires; when it has not returned within the worker's graceMs
   * then, it has failed with JobTimedOut. By default there is no such limit. On a classic Faktory the end
   * of its reservation is one in any case, and a later limit does not count.
   */
  timeoutMs?: number | undefined;
  /**
   * Seconds, whole ones, after which the job is stalled when it has told of no progress. By default it
   * never is. On a millrace only.
   */
  stallAfterSeconds?: number | undefined;
  /**
   * What becomes of it then: it is only told of (`warn`, the default), it is cancelled, or it has failed and
   * is tried again.
   */
  onStall?: StallPolicy | undefined;
  /**
   * What becomes of an integer beyond 2^53 in a job. By default `refuse`: the job fails, and says so;
   * `exact` makes it a bigint, `rounded` the nearest number.
   */
  integers?: Integers | undefined;
}

/** One that does not know its types any longer; the map of jobs says that they are right. */
export type AnyHandler = Handler<readonly unknown[], AnyJobs>;

export interface Registration {
  handler: AnyHandler;
  options: HandlerOptions;
}

/** The handlers of a worker, by type. */
export class Handlers {
  readonly #registrations = new Map<string, Registration>();
  /** What every worker can run, and no program need know of. */
  readonly #builtIn: ReadonlyMap<string, Registration>;

  constructor(builtIn: ReadonlyMap<string, Registration> = new Map()) {
    this.#builtIn = builtIn;
  }

  /** @throws RangeError when the type has one already, or an option makes no sense */
  add(type: string, registration: Registration): void {
    checkHandlerOptions(registration.options);
    if (this.find(type) !== undefined) throw new RangeError(`${type} has a handler already`);
    this.#registrations.set(type, registration);
  }

  /** Those that are built in do not count. */
  get size(): number {
    return this.#registrations.size;
  }

  find(type: string): Registration | undefined {
    return this.#registrations.get(type) ?? this.#builtIn.get(type);
  }

  /** @throws UnknownJobType */
  get(type: string): Registration {
    const found = this.find(type);
    if (found !== undefined) return found;
    const known = [...this.#registrations.keys()].join(", ") || "nothing";
    throw new UnknownJobType(`no handler for ${type}: this worker has handlers for ${known}`);
  }
}
