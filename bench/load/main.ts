// A load generator: a process that is told its plan, runs it once, and tells what came of it.

import { once } from "node:events";
import { Client } from "./client.ts";
import { cycle } from "./cycle.ts";
import { due } from "./due.ts";
import { fill } from "./fill.ts";
import { halves } from "./halves.ts";
import { Measurement, tell } from "./measurement.ts";
import { parked } from "./parked.ts";
import type { Plan } from "./plan.ts";
import { processJobs } from "./process.ts";
import { push } from "./push.ts";
import { wake } from "./wake.ts";

/** Connections are made in portions: a server's backlog holds only so many at once. */
const CONNECT_AT_ONCE = 50;

const [plan] = (await once(process, "message")) as [Plan];
const measurement = new Measurement(plan);
const clients: Client[] = [];

await run();
for (const client of clients) client.close();
tell({ kind: "result", result: measurement.result() });
process.disconnect();

function run(): Promise<void> {
  switch (plan.load) {
    case "cycle":
      return cycle(plan, measurement, connect);
    case "halves":
      return halves(plan, measurement, connect);
    case "push":
    case "pushb":
      return push(plan, measurement, connect);
    case "fill":
      return fill(plan, measurement, connect);
    case "process":
      return processJobs(plan, measurement, connect);
    case "wake":
      return wake(plan, measurement, connect);
    case "due":
      return due(plan, measurement, connect);
    case "parked":
      return parked(plan, measurement, connect);
    case "idle":
    case "work off":
      throw new Error(`${plan.load} is for the SDK alone`);
  }
}

async function connect(count: number): Promise<Client[]> {
  const made: Client[] = [];
  while (made.length < count) {
    const portion = Math.min(CONNECT_AT_ONCE, count - made.length);
    const connecting = Array.from({ length: portion }, () =>
      // An error ends the process, and so the round: figures with errors in them are worth nothing.
      Client.connect(plan, (error) => {
        throw error;
      }),
    );
    made.push(...(await Promise.all(connecting)));
  }
  clients.push(...made);
  return made;
}
