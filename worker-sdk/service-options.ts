import type { HandlerOptions } from "./handler.ts";
import type { JobContext } from "./job-context.ts";

/** Runs a service: on and on, until `signal` fires. When it returns or throws, it is started again. */
export type ServiceHandler<Jobs> = (context: JobContext<Jobs>) => unknown;

export interface ServiceOptions extends Pick<HandlerOptions, "stallAfterSeconds" | "onStall"> {
  /** Milliseconds between a run that has ended and the next one; 1,000 by default. */
  restartDelayMs?: number | undefined;
  /**
   * When one has failed the delay doubles with each further failure, up to so many milliseconds; 60,000 by
   * default.
   */
  maxRestartDelayMs?: number | undefined;
  /** And begins anew after a run of so many milliseconds; 60,000 by default. */
  healthyAfterMs?: number | undefined;
}

/** All of them, with those that were left out. */
export interface RestartPolicy {
  restartDelayMs: number;
  maxRestartDelayMs: number;
  healthyAfterMs: number;
}

/** @throws RangeError for what makes no sense together: the default may be what does not fit */
export function restartPolicyOf(options: ServiceOptions): RestartPolicy {
  const { restartDelayMs = 1_000, healthyAfterMs = 60_000 } = options;
  const { maxRestartDelayMs = Math.max(60_000, restartDelayMs) } = options;
  return { restartDelayMs, maxRestartDelayMs, healthyAfterMs };
}
