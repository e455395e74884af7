import type { BatchRequest } from "../../protocol/commands/batch-new.ts";
import type { CommandError } from "../../protocol/errors.ts";
import type { TestEngine } from "./engine.ts";

// What tests do with batches and the jobs in them, by hand.

export const HALF_AN_HOUR_MS = 1_800_000;

export const DAY_MS = 86_400_000;

export const callback = Buffer.from('{"jobtype":"Called","queue":"q"}');

/** Of a broker that does not stop. */
export const running: AbortSignal = new AbortController().signal;

export function begin({ engine }: TestEngine, request: Partial<BatchRequest> = { isHeld: true }) {
  return engine.batches.begin({ parent: undefined, description: "", callbacks: {}, ...request });
}

/** Whatever brokers do by themselves, until nothing is left to do. */
export async function goOn({ engine, store, clock }: TestEngine): Promise<void> {
  await engine.batches.expire();
  let isMore = true;
  while (isMore) {
    isMore = (await engine.batches.doChores()).isMore;
    if (await engine.cancellations.goOn()) isMore = true;
    if ((await engine.batches.expire()) === clock.now()) isMore = true;
    const due = (await store.waiting.firstDue(clock.now())).filter(({ at }) => at <= clock.now());
    if (due.length > 0) await store.waiting.enqueue(due, clock.now());
    if (due.length > 0) isMore = true;
  }
}

export async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: CommandError) => reason,
  );
  return error === undefined ? "nothing was refused" : `${error.code} ${error.message}`;
}

export async function fetch({ store }: TestEngine, queue = "q"): Promise<string | undefined> {
  return (await store.reserve({ wid: "w", queues: [queue] }))?.jid;
}

/** The job dies, as its retry has it. */
export async function fail({ store }: TestEngine, jid: string): Promise<void> {
  const report = { errtype: "E", message: "m", backtrace: [] };
  await store.fail({ jid, report, jitter: 0, cause: "reported" });
}

export const stateOf = async ({ engine }: TestEngine, bid: string) =>
  (await engine.batches.status(bid)).state;
