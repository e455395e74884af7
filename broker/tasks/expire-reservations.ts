import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { Logger } from "../logger.ts";
import { DueTask } from "./due-task.ts";

/** Fails jobs whose reservation has run out: their worker has died, or takes too long. */
export function expireReservationsTask(engine: Engine, clock: Clock, log: Logger): DueTask {
  const { store, jobs, statistics } = engine;
  return new DueTask({
    name: "expire-reservations",
    // No reservation is shorter than FWP's minute, so this is how late an expiry may be seen.
    longestSleepMs: 1_000,
    clock,
    log,
    work: async () => {
      const deadlines = await store.firstDeadlines();
      const overdue = deadlines.filter(({ at }) => at <= clock.now());
      const expired = await Promise.all(overdue.map(({ jid }) => jobs.expire(jid)));
      statistics.expired += expired.filter(Boolean).length;
      if (overdue.length === deadlines.length && overdue.length > 0) return clock.now();
      return deadlines[overdue.length]?.at;
    },
  });
}
