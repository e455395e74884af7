import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { Logger } from "../logger.ts";
import { DueTask } from "./due-task.ts";

/** Calls off the jobs of tags and batches that are being cancelled, where the broker that began it has not finished. */
export function goOnCancellingTask(engine: Engine, clock: Clock, log: Logger): DueTask {
  const { cancellations, jobs } = engine;
  const task = new DueTask({
    name: "go-on-cancelling",
    longestSleepMs: 1_000,
    clock,
    log,
    work: async () => ((await cancellations.goOn()) ? clock.now() : undefined),
  });
  // Closing the batches in one is a chore.
  jobs.events.on("chores", () => task.wakeAt(clock.now()));
  return task;
}
