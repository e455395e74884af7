import { inspect } from "node:util";
import {
  MAX_LEASE_SECONDS,
  MAX_SNOOZE_SECONDS,
  MAX_STALL_SECONDS,
  MIN_LEASE_SECONDS,
} from "../protocol/limits.ts";
import { STALL_POLICIES } from "../protocol/progress.ts";
import type { HandlerOptions } from "./handler.ts";
import type { AnyJobs } from "./job-map.ts";
import { restartPolicyOf, type ServiceOptions } from "./service-options.ts";
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
export function checkHandlerOptions(options: HandlerOptions): void {
  const { concurrency, timeoutMs, stallAfterSeconds, onStall } = options;
  check("concurrency", concurrency, isCount, "a whole number from 1");
  check("timeoutMs", timeoutMs, (ms) => ms > 0, "milliseconds, more than 0");
  check("stallAfterSeconds", stallAfterSeconds, isStall, STALL);
  if (onStall === undefined) return;
  if (stallAfterSeconds === undefined) throw new RangeError("onStall needs a stallAfterSeconds");
  if (STALL_POLICIES.includes(onStall)) return;
  throw new RangeError(`onStall is one of ${STALL_POLICIES.join(", ")}, not ${inspect(onStall)}`);
}

/** @throws RangeError for what makes no sense */
export function checkServiceOptions(options: ServiceOptions): void {
  const { restartDelayMs, maxRestartDelayMs, healthyAfterMs } = options;
  const { stallAfterSeconds, onStall } = options;
  check("restartDelayMs", restartDelayMs, isDelay, DELAY);
  check("maxRestartDelayMs", maxRestartDelayMs, isDelay, DELAY);
  check("healthyAfterMs", healthyAfterMs, isDuration, "milliseconds, 0 or more");
  const policy = restartPolicyOf(options);
  if (policy.maxRestartDelayMs < policy.restartDelayMs) {
    throw new RangeError("maxRestartDelayMs is not less than restartDelayMs");
  }
  checkHandlerOptions({ stallAfterSeconds, onStall });
}

const isCount = (value: number) => Number.isInteger(value) && value >= 1;
const LEASE = `a whole number from ${MIN_LEASE_SECONDS} to ${MAX_LEASE_SECONDS}`;

const isLease = (value: number) =>
  Number.isInteger(value) && value >= MIN_LEASE_SECONDS && value <= MAX_LEASE_SECONDS;

const STALL = `a whole number from 1 to ${MAX_STALL_SECONDS}`;

const isStall = (value: number) => isCount(value) && value <= MAX_STALL_SECONDS;
const DELAY = `milliseconds, from 1 to ${MAX_SNOOZE_SECONDS * 1_000}`;

/** One of nothing at all would keep a server busy with a service that ends as soon as it begins. */
const isDelay = (value: number) => value >= 1 && value <= MAX_SNOOZE_SECONDS * 1_000;
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
