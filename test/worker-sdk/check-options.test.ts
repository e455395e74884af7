import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { HandlerOptions } from "../../worker-sdk/handler.ts";
import type { AnyJobs } from "../../worker-sdk/job-map.ts";
import type { ServiceOptions } from "../../worker-sdk/service-options.ts";
import { Worker } from "../../worker-sdk/worker.ts";
import type { WorkerOptions } from "../../worker-sdk/worker-options.ts";

const test = suite("worker-sdk/check-options");

const none = "none" as unknown as number;

test("a worker's numbers make sense, or it is not made", () => {
  const senseless: [WorkerOptions<AnyJobs>, RegExp][] = [
    ...[0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, none].map(
      (concurrency): [WorkerOptions<AnyJobs>, RegExp] => [
        { concurrency },
        /^concurrency is a whole number from 1, not /,
      ],
    ),
    [{ shutdownTimeoutMs: -1 }, /^shutdownTimeoutMs is milliseconds, 0 or more, not -1$/],
    [{ graceMs: Number.NaN }, /^graceMs is milliseconds, 0 or more, not NaN$/],
    [{ graceMs: none }, /^graceMs is milliseconds, 0 or more, not 'none'$/],
    [{ beatIntervalMs: 0 }, /^beatIntervalMs is milliseconds, 1 or more, not 0$/],
  ];
  for (const [options, words] of senseless) assert.ok(words.test(refusal(options)), String(words));
  const far = Number.POSITIVE_INFINITY;
  assert.is(refusal({ concurrency: 1, shutdownTimeoutMs: far, graceMs: 0, beatIntervalMs: 1 }), "");
  assert.is(refusal({ concurrency: undefined, graceMs: undefined }), "");
});

test("so do a handler's", () => {
  const refuse = (options: HandlerOptions) =>
    messageOf(() => new Worker().handle("any", () => {}, options));
  assert.is(refuse({ concurrency: 0 }), "concurrency is a whole number from 1, not 0");
  assert.is(refuse({ timeoutMs: 0 }), "timeoutMs is milliseconds, more than 0, not 0");
  assert.is(refuse({ timeoutMs: Number.NaN }), "timeoutMs is milliseconds, more than 0, not NaN");
  assert.is(refuse({ concurrency: 1, timeoutMs: Number.POSITIVE_INFINITY }), "");
  const stall = "stallAfterSeconds is a whole number from 1 to 2592000, not";
  assert.is(refuse({ stallAfterSeconds: 0.5 }), `${stall} 0.5`);
  assert.is(refuse({ stallAfterSeconds: 2_592_001 }), `${stall} 2592001`);
  assert.is(refuse({ onStall: "retry" }), "onStall needs a stallAfterSeconds");
  const policy = JSON.parse('"kill"') as "warn"; // as from JavaScript
  assert.is(
    refuse({ stallAfterSeconds: 5, onStall: policy }),
    "onStall is one of warn, cancel, retry, not 'kill'",
  );
  assert.is(refuse({ stallAfterSeconds: 2_592_000, onStall: "cancel" }), "");
});

test("and a service's", () => {
  const refuse = (options: ServiceOptions) =>
    messageOf(() => new Worker().service("any", () => {}, options));
  const delay = "milliseconds, from 1 to 315360000000, not";
  assert.is(refuse({ restartDelayMs: 0 }), `restartDelayMs is ${delay} 0`);
  assert.is(refuse({ restartDelayMs: Number.NaN }), `restartDelayMs is ${delay} NaN`);
  assert.is(
    refuse({ maxRestartDelayMs: Number.POSITIVE_INFINITY }),
    `maxRestartDelayMs is ${delay} Infinity`,
  );
  assert.is(refuse({ healthyAfterMs: -1 }), "healthyAfterMs is milliseconds, 0 or more, not -1");
  assert.is(
    refuse({ restartDelayMs: 2_000, maxRestartDelayMs: 1_000 }),
    "maxRestartDelayMs is not less than restartDelayMs",
  );
  assert.is(refuse({ restartDelayMs: 120_000 }), "");
  assert.is(
    refuse({ onStall: "retry", stallAfterSeconds: 0 }),
    "stallAfterSeconds is a whole number from 1 to 2592000, not 0",
  );
});

function refusal(options: WorkerOptions<AnyJobs>): string {
  return messageOf(() => new Worker(options));
}

/** Of the RangeError; empty when there is none. */
function messageOf(run: () => unknown): string {
  try {
    run();
    return "";
  } catch (error) {
    assert.instance(error, RangeError);
    return (error as Error).message;
  }
}

test.run();
