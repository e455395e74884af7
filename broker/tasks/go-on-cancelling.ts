import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { Logger } from "../logger.ts";
import { DueTask } from "./due-task.ts";

/** Calls off the jobs of tags that are being cancelled, where the broker that began it has not finished. */
export function goOnCancellingTask({ cancellations }: Engine, clock: Clock, log: Logger): DueTask {
  return new DueTask({
    name: "go-on-cancelling",
    longestSleepMs: 1_000,
    clock,
    log,
    work: async () => ((await cancellations.goOn()) ? clock.now() : undefined),
  });
}
