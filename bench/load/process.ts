import type { Load, PlanOf } from "./load.ts";
import { work } from "./work.ts";

/** Works off what is queued. A job is done when it has been acknowledged. */
export const processJobs: Load<PlanOf<"process">> = async (plan, measurement, connect) => {
  const { connections, queues, hasLeases, count } = plan;
  const [fetched, acked] = ["FETCH", "ACK"].map((verb) => measurement.timer(verb));
  const clients = await connect(connections);
  let left = count;
  const isDone = new Promise<void>((resolve) => {
    for (const client of clients) {
      work(client, {
        queues,
        hasLeases,
        onFetched: (_reply, ms) => fetched?.(ms),
        onAcked(ms) {
          acked?.(ms);
          measurement.countJob();
          if (--left === 0) resolve();
        },
      });
    }
  });
  await measurement.overTime(isDone);
};
