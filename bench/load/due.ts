import { checkAllPushed, jobText, PushCommand, sequenceOf } from "./commands.ts";
import type { Load, PlanOf } from "./load.ts";
import { work } from "./work.ts";

const JOBS_A_COMMAND = 500;

/** The first job is due so long after the last was pushed, at least. */
const LEAD_MS = 1_500;

/** How many jobs a second any server here takes by PUSHB, at the very least. */
const PUSHED_A_SECOND = 2_000;

/**
 * Scheduled jobs and workers that wait. The time is taken from when a job is due until a worker has
 * it. A job is done when a worker has it.
 */
export const due: Load<PlanOf<"due">> = async (plan, measurement, connect) => {
  const { connections, jobBytes, queues, count, overMs } = plan;
  const queue = queues[0] ?? "";
  const late = measurement.timer("late");
  const dueAt: number[] = [];
  const workers = await connect(connections);
  const [pusher] = await connect(1);
  const all = new Promise<void>((resolve) => {
    for (const client of workers) {
      work(client, {
        queues,
        onFetched(reply) {
          const lateMs = Date.now() - (dueAt[sequenceOf(reply)] ?? 0);
          if (lateMs < 0) measurement.early++;
          late(Math.max(0, lateMs));
          measurement.countJob();
          if (measurement.jobs === count) resolve();
        },
      });
    }
  });
  const firstAt = Date.now() + LEAD_MS + (count / PUSHED_A_SECOND) * 1000;
  const times = Array.from({ length: count }, (_, index) =>
    Math.round(firstAt + (index * overMs) / count),
  );
  const pushAll = async () => {
    for (let from = 0; from < count; from += JOBS_A_COMMAND) {
      const part = times.slice(from, from + JOBS_A_COMMAND);
      const jobs = part.map((ms) => jobText({ jobBytes, queue, at: new Date(ms).toISOString() }));
      const command = PushCommand.many(jobs).next();
      const first = PushCommand.sequence - part.length + 1;
      for (const [index, ms] of part.entries()) dueAt[first + index] = ms;
      await new Promise<void>((resolve) =>
        pusher?.send(command, (reply) => {
          checkAllPushed(reply);
          resolve();
        }),
      );
    }
    if (Date.now() > firstAt) throw new Error("the jobs were due before all had been pushed");
    await all;
  };
  await measurement.over(pushAll());
};
