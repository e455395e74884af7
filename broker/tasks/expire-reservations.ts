import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { Logger } from "../logger.ts";
import { DueTask } from "./due-task.ts";

/** Fails jobs whose reservation has run out. */
export function expireReservationsTask(
  { jobs, statistics }: Engine,
  clock: Clock,
  log: Logger,
): DueTask {
  return new DueTask({
    name: "expire-reservations",
    // A second, so that a lease that another broker gave is not seen to end much too late.
    longestSleepMs: 1_000,
    clock,
    log,
    work: async () => {
      const { count, nextAt } = await jobs.expireOverdue();
      statistics.expired += count;
      return nextAt;
    },
  });
}
