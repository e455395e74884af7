import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { Logger } from "../logger.ts";
import { DueTask } from "./due-task.ts";

/** Adds to the figures what this broker has measured. When it dies, no more than a second is missing. */
export function saveFiguresTask({ figures }: Engine, clock: Clock, log: Logger): DueTask {
  return new DueTask({
    name: "save-figures",
    longestSleepMs: 1_000,
    clock,
    log,
    work: async () => {
      await figures.save();
      return undefined;
    },
  });
}
