import type { Load } from "./load.ts";
import { work } from "./work.ts";

/** Nothing but FETCHes that wait, and ask again when they are answered. A FETCH counts as a job. */
export const parked: Load = async ({ connections, queues }, measurement, connect) => {
  for (const client of await connect(connections)) {
    work(client, { queues, onNothing: () => measurement.countJob() });
  }
  await measurement.overTime();
};
