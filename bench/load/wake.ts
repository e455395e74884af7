import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "./client.ts";
import { jobText, PushCommand, sequenceOf } from "./commands.ts";
import type { Load, PlanOf } from "./load.ts";
import { work } from "./work.ts";

/** So many that one is free at each tick, as long as the server keeps up. */
const PUSHERS = 10;
const SETTLE_MS = 200;

/**
 * Workers that wait, and jobs that come one by one. The time is taken from when a job is to be
 * pushed until a worker has it. A job is done when a worker has it.
 */
export const wake: Load<PlanOf<"wake">> = async (plan, measurement, connect) => {
  const { connections, jobBytes, queues, jobsPerSecond } = plan;
  const took = measurement.timer("from PUSH to worker");
  const pushedAt: number[] = [];
  for (const client of await connect(connections)) {
    work(client, {
      queues,
      onFetched(reply) {
        took(performance.now() - (pushedAt[sequenceOf(reply)] ?? 0));
        measurement.countJob();
      },
    });
  }
  await sleep(SETTLE_MS);
  const free: Client[] = await connect(PUSHERS);
  const command = PushCommand.one(jobText({ jobBytes, queue: queues[0] ?? "" }));
  /** When those were to be pushed for which no connection was free. */
  const backlog: number[] = [];
  const push = (at: number) => {
    const client = free.pop();
    if (client === undefined) {
      backlog.push(at);
      return;
    }
    const bytes = Buffer.from(command.next());
    pushedAt[PushCommand.sequence] = at;
    client.send(bytes, () => {
      free.push(client);
      const next = backlog.shift();
      if (next !== undefined) push(next);
    });
  };
  const beganAt = performance.now();
  let pushed = 0;
  const timer = setInterval(() => {
    const wanted = ((performance.now() - beganAt) / 1000) * jobsPerSecond;
    for (; pushed < wanted; pushed++) push(performance.now());
  }, 1);
  await measurement.overTime();
  clearInterval(timer);
};
