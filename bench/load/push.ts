import { checkAllPushed, jobText, PushCommand } from "./commands.ts";
import type { Load, PlanOf } from "./load.ts";

/** Every connection pushes, with PUSH or with PUSHB. A job is done when it has been accepted. */
export const push: Load<PlanOf<"push" | "pushb">> = async (plan, measurement, connect) => {
  const { connections, jobBytes, queues } = plan;
  const jobs = plan.load === "pushb" ? plan.jobsPerCommand : 1;
  const text = jobText({ jobBytes, queue: queues[0] ?? "" });
  const took = measurement.timer(plan.load === "pushb" ? "PUSHB" : "PUSH");
  for (const client of await connect(connections)) {
    const command =
      plan.load === "pushb"
        ? PushCommand.many(Array.from({ length: jobs }, () => text))
        : PushCommand.one(text);
    const send = () =>
      client.send(command.next(), (reply, ms) => {
        took(ms);
        if (plan.load === "pushb") checkAllPushed(reply);
        if (measurement.isOn) measurement.jobs += jobs;
        send();
      });
    send();
  }
  await measurement.overTime();
};
