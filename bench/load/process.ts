import type { Load } from "./load.ts";
import { work } from "./work.ts";

/** Works off what is queued. A job is done when it has been acknowledged. */
export const processJobs: Load = async ({ connections, queues }, measurement, connect) => {
  const [fetched, acked] = ["FETCH", "ACK"].map((verb) => measurement.timer(verb));
  const clients = await connect(connections);
  // A FETCH that finds nothing would be answered after two seconds: too late to end the round on.
  const isDone = new Promise<void>((resolve) => {
    const last = watchForLast(resolve);
    for (const client of clients) {
      work(client, {
        queues,
        onFetched: (_reply, ms) => fetched?.(ms),
        onAcked(ms) {
          acked?.(ms);
          measurement.countJob();
          last();
        },
      });
    }
  });
  await measurement.overTime(isDone);
};

/** Calls back when nothing has happened for so long that nothing is left to do. */
function watchForLast(onLast: () => void): () => void {
  const QUIET_MS = 250;
  let lastAt = performance.now();
  const timer = setInterval(() => {
    if (performance.now() - lastAt < QUIET_MS) return;
    clearInterval(timer);
    onLast();
  }, QUIET_MS / 10);
  timer.unref();
  return () => {
    lastAt = performance.now();
  };
}
