import { asError } from "./as-error.ts";
import { CallTimedOut } from "./errors.ts";
import type { CallOptions } from "./link.ts";
import { startTimer } from "./timer.ts";

/**
 * Goes through items as `for await` does, and gives up when the signal fires, or when it has waited
 * `timeoutMs` for one of them. A source that is stuck then is told to end, and not waited for.
 * @throws CallTimedOut, or the signal's reason
 */
export async function* takeEach<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  { signal, timeoutMs }: CallOptions,
): AsyncGenerator<Item, void, undefined> {
  const check = () => {
    if (signal?.aborted) throw asError(signal.reason);
  };
  check();
  if (!(Symbol.asyncIterator in items)) {
    for (const item of items) {
      check();
      yield item;
    }
    return;
  }
  const iterator = items[Symbol.asyncIterator]();
  let isStuck = false;
  try {
    for (;;) {
      isStuck = true;
      const next = await inTime(iterator.next(), signal, timeoutMs);
      isStuck = false;
      if (next.done === true) return;
      check();
      yield next.value;
    }
  } finally {
    const ended = iterator.return?.();
    if (isStuck) ended?.catch(() => {});
    else await ended;
  }
}

/** A promise that does not settle in time keeps neither a timer nor a listener. */
async function inTime<Value>(
  promise: Promise<Value>,
  signal: AbortSignal | undefined,
  timeoutMs: number | undefined,
): Promise<Value> {
  let giveUp: (error: Error) => void = () => {};
  const abort = () => giveUp(asError(signal?.reason));
  const expire = () => giveUp(new CallTimedOut(`no further job within ${timeoutMs} ms`));
  const timer = timeoutMs === undefined ? undefined : startTimer(expire, timeoutMs);
  signal?.addEventListener("abort", abort);
  try {
    return await new Promise<Value>((resolve, reject) => {
      giveUp = reject;
      promise.then(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}
