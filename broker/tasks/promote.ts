import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { Logger } from "../logger.ts";
import { DueTask } from "./due-task.ts";

/** Puts scheduled jobs, and failed ones that wait for their retry, into their queues in time. */
export function promoteTask({ jobs, statistics }: Engine, clock: Clock, log: Logger): DueTask {
  const task = new DueTask({
    name: "promote",
    // Another broker may have scheduled something, and died before its time.
    longestSleepMs: 1_000,
    clock,
    log,
    work: async () => {
      const startedAt = clock.now();
      const { enqueued, nextAt } = await jobs.promoteDue();
      const { promoter } = statistics;
      promoter.cycles++;
      promoter.wallTimeMs += clock.now() - startedAt;
      for (const { set } of enqueued) promoter[set === "scheduled" ? set : "retries"]++;
      return nextAt;
    },
  });
  jobs.events.on("due", (at) => task.wakeAt(at));
  return task;
}
