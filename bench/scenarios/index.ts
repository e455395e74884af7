import type { Scenario } from "../scenario.ts";
import { processScenario, produce } from "./against-bullmq.ts";
import { blocking } from "./blocking.ts";
import { due } from "./due.ts";
import { jobs } from "./jobs.ts";
import { leases } from "./leases.ts";
import { memory } from "./memory.ts";
import { million } from "./million.ts";
import { parked } from "./parked.ts";
import { pushLatency } from "./push-latency.ts";
import { pushb } from "./pushb.ts";
import { sdk } from "./sdk.ts";
import { start } from "./start.ts";
import { wake } from "./wake.ts";

/** All of them, in the order in which they run; the short ones that tell the most come first. */
export const scenarios: readonly Scenario[] = [
  jobs({ durability: "everysec", connections: 10, faktory: 2 }),
  jobs({ durability: "everysec", connections: 50, faktory: 3, null: 0.65, cpu: 1 / 3 }),
  jobs({ durability: "everysec", connections: 200, faktory: 4, null: 0.75 }),
  jobs({ durability: "always", connections: 50, faktory: 2 }),
  jobs({ durability: "always", connections: 200, faktory: 2.5 }),
  pushb,
  pushLatency,
  wake,
  due,
  parked,
  memory,
  start,
  produce,
  processScenario,
  leases,
  sdk,
  million,
  blocking,
];
