// What a fresh clone needs before `npm start` and `npm test`: the npm dependencies, a Redis or
// Valkey server, and the build. npm runs it from `prestart` and `pretest`, so it is plain Node
// without a dependency, and quick and silent when there is nothing to do. It writes to stderr:
// stdout belongs to what is started afterwards.

import { buildStep } from "./setup/build-step.mjs";
import { dependenciesStep } from "./setup/dependencies-step.mjs";
import { holdingLock } from "./setup/lock.mjs";
import { redisStep } from "./setup/redis-step.mjs";
import { SetupError } from "./setup/run-command.mjs";

/**
 * A step is `{ isNeeded(), title, run() }`. The build comes last: it needs the dependencies, and a
 * machine where Redis cannot be installed should say so before it spends time on building.
 */
const steps = [dependenciesStep, redisStep, buildStep];

function setUp() {
  for (const step of steps) {
    // Asked again under the lock: the set-up that we waited for may have done it.
    if (!step.isNeeded()) continue;
    console.error(`millrace: ${step.title}`);
    step.run();
  }
}

try {
  if (steps.some((step) => step.isNeeded())) await holdingLock(setUp);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`millrace: ${error.message}`);
  process.exitCode = 1;
}
