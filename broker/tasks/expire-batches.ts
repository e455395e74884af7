import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { Logger } from "../logger.ts";
import { DueTask } from "./due-task.ts";

/** Ends batches that nobody has committed, or that take too long, and forgets those that ended long ago. */
export function expireBatchesTask({ batches }: Engine, clock: Clock, log: Logger): DueTask {
  return new DueTask({
    name: "expire-batches",
    // Who says how many seconds something may take does not count a second more or less.
    longestSleepMs: 1_000,
    clock,
    log,
    work: () => batches.expire(),
  });
}
