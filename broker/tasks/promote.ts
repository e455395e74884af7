import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { Logger } from "../logger.ts";
import { DueTask } from "./due-task.ts";

/** Puts scheduled jobs, and failed ones that wait for their retry, into their queues in time. */
export function promoteTask(engine: Engine, clock: Clock, log: Logger): DueTask {
  const { store, fetches, jobs, statistics } = engine;
  const task = new DueTask({
    name: "promote",
    longestSleepMs: 1_000,
    clock,
    log,
    work: async () => {
      const startedAt = clock.now();
      const { scheduled, retries, nextAt, queues } = await store.promote();
      const { promoter } = statistics;
      promoter.cycles++;
      promoter.scheduled += scheduled;
      promoter.retries += retries;
      promoter.wallTimeMs += clock.now() - startedAt;
      for (const queue of queues) fetches.wake(queue, scheduled + retries);
      return nextAt;
    },
  });
  jobs.events.on("due", (at) => task.wakeAt(at));
  return task;
}
