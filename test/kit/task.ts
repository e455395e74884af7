import type { Clock } from "../../broker/clock.ts";
import type { Engine } from "../../broker/engine/engine.ts";
import type { Logger } from "../../broker/logger.ts";
import type { DueTask } from "../../broker/tasks/due-task.ts";
import { type TestEngine, withEngine } from "./engine.ts";

export interface TestTask extends TestEngine {
  task: DueTask;
  /** Moves the clock on bit by bit, and each time lets the task do what has become due. */
  pass(ms: number, stepMs?: number): Promise<void>;
}

/** A test's body with a task that runs on an engine of its own. */
export function withTask(
  open: (engine: Engine, clock: Clock, log: Logger) => DueTask,
  run: (world: TestTask) => Promise<void>,
): () => Promise<void> {
  return withEngine(async (world) => {
    const { engine, clock, log, flaky } = world;
    const task = open(engine, clock, log);
    const pass = async (ms: number, stepMs = ms) => {
      for (let passed = 0; passed < ms; passed += stepMs) {
        clock.advance(stepMs);
        await flaky.untilIdle();
        // What was found to be due at this very moment is done now, too.
        for (let before = -1; before < flaky.callCount; ) {
          before = flaky.callCount;
          clock.advance(0);
          await flaky.untilIdle();
        }
      }
    };
    try {
      await run({ ...world, task, pass });
    } finally {
      await task.stop();
    }
  });
}
