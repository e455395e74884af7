import type { Client } from "./client.ts";
import { AckCommand, fetchCommand, jobText, PushCommand } from "./commands.ts";
import type { Load } from "./load.ts";
import type { Measurement } from "./measurement.ts";
import type { Plan } from "./plan.ts";

/** A job is done when it has been pushed, fetched and acknowledged. */
export const cycle: Load = async (plan, measurement, connect) => {
  for (const client of await connect(plan.connections)) turn(client, plan, measurement);
  await measurement.overTime();
};

function turn(client: Client, { jobBytes, queues }: Plan, measurement: Measurement): void {
  const [queue = ""] = queues;
  const push = PushCommand.one(jobText({ jobBytes, queue }));
  const fetch = fetchCommand([queue]);
  const ack = new AckCommand();
  const [pushed, fetched, acked] = ["PUSH", "FETCH", "ACK"].map((verb) => measurement.timer(verb));
  const sendPush = () =>
    client.send(push.next(), (_reply, ms) => {
      pushed?.(ms);
      sendFetch();
    });
  const sendFetch = () =>
    client.send(fetch, (reply, ms) => {
      if (reply.isNil) return sendFetch();
      fetched?.(ms);
      client.send(ack.of(reply), onAcked);
    });
  const onAcked = (_reply: unknown, ms: number) => {
    acked?.(ms);
    measurement.countJob();
    sendPush();
  };
  sendPush();
}
