import { checkAllPushed, jobText, PushCommand } from "./commands.ts";
import type { Load, PlanOf } from "./load.ts";

const JOBS_A_COMMAND = 1_000;

/** Pushes a given number of jobs and stops. */
export const fill: Load<PlanOf<"fill">> = async (plan, measurement, connect) => {
  const { connections, jobBytes, queues, count, at } = plan;
  const options = { jobBytes, queue: queues[0] ?? "", ...(at !== undefined && { at }) };
  const text = jobText(options);
  let left = count;
  const clients = await connect(connections);
  const fillOn = (client: (typeof clients)[number]) =>
    new Promise<void>((resolve) => {
      const send = () => {
        const jobs = Math.min(left, JOBS_A_COMMAND);
        if (jobs === 0) return resolve();
        left -= jobs;
        const command = PushCommand.many(Array.from({ length: jobs }, () => text));
        client.send(command.next(), (reply) => {
          checkAllPushed(reply);
          measurement.jobs += jobs;
          send();
        });
      };
      send();
    });
  await measurement.over(Promise.all(clients.map(fillOn)));
};
