import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { Logger } from "../logger.ts";
import { DueTask } from "./due-task.ts";

/** Three words in the time after which there is said to be no broker: shared/presence.lua. */
const INTERVAL_MS = 333;

/**
 * Says that a broker is there. Where none was for a while, workers could not be heard, and nobody is
 * taken for dead before there was time to say otherwise. What is learnt by the way, whether jobs have come,
 * is for those that wait for some.
 */
export function keepAliveTask({ jobs, fetches }: Engine, clock: Clock, log: Logger): DueTask {
  return new DueTask({
    name: "keep-alive",
    longestSleepMs: INTERVAL_MS,
    clock,
    log,
    work: async () => {
      fetches.noteArrivals(await jobs.keepAlive());
      return undefined;
    },
  });
}
