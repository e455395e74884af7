import { setTimeout as sleep } from "node:timers/promises";

/** Short beside all that tests wait for, and long enough to leave the processor to it. */
const POLL_MS = 5;

type Truthy<T> = Exclude<T, false | 0 | "" | null | undefined>;

/** Waits until `predicate` gives something true, and returns that. */
export async function until<T>(
  predicate: () => T | Promise<T>,
  { what, withinMs = 5_000 }: { what: string; withinMs?: number },
): Promise<Truthy<T>> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const value = await predicate();
    if (value) return value as Truthy<T>;
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await sleep(POLL_MS);
  }
}
