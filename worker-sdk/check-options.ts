import { inspect } from "node:util";
import { MAX_LEASE_SECONDS, MIN_LEASE_SECONDS } from "../protocol/limits.ts";
import type { HandlerOptions } from "./handler.ts";
import type { AnyJobs } from "./job-map.ts";
import type { WorkerOptions } from "./worker-options.ts";

/** @throws RangeError for what makes no sense */
export function checkWorkerOptions(options: WorkerOptions<AnyJobs>): void {
  const { concurrency, shutdownTimeoutMs, graceMs, leaseSeconds, beatIntervalMs } = options;
  check("concurrency", concurrency, isCount, "a whole number from 1");
  check("shutdownTimeoutMs", shutdownTimeoutMs, isDuration, "milliseconds, 0 or more");
  check("graceMs", graceMs, isDuration, "milliseconds, 0 or more");
  check("leaseSeconds", leaseSeconds, isLease, LEASE);
  check("beatIntervalMs", beatIntervalMs, (ms) => ms >= 1, "milliseconds, 1 or more");
}

/** @throws RangeError for what makes no sense */
export function checkHandlerOptions({ concurrency, timeoutMs }: HandlerOptions): void {
  check("concurrency", concurrency, isCount, "a whole number from 1");
  check("timeoutMs", timeoutMs, (ms) => ms > 0, "milliseconds, more than 0");
}

const isCount = (value: number) => Number.isInteger(value) && value >= 1;
const LEASE = `a whole number from ${MIN_LEASE_SECONDS} to ${MAX_LEASE_SECONDS}`;

const isLease = (value: number) =>
  Number.isInteger(value) && value >= MIN_LEASE_SECONDS && value <= MAX_LEASE_SECONDS;
const isDuration = (value: number) => value >= 0;

/** Who writes JavaScript may have given anything. */
function check(
  name: string,
  value: unknown,
  isSensible: (value: number) => boolean,
  what: string,
): void {
  if (value === undefined || (typeof value === "number" && isSensible(value))) return;
  throw new RangeError(`${name} is ${what}, not ${inspect(value)}`);
}
