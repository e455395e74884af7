import type { Client } from "./client.ts";
import { jobText, PushCommand } from "./commands.ts";
import type { Load } from "./load.ts";
import { work } from "./work.ts";

/** A PUSH is less work than a FETCH and an ACK: without this the queues would grow and grow. */
const MAX_AHEAD = 1_000;

/**
 * The shape of Faktory's own load program: half the connections push, each job to a random queue,
 * the others fetch, each with the queues in an order of its own. A job is done when it has been
 * acknowledged.
 */
export const halves: Load = async ({ connections, jobBytes, queues }, measurement, connect) => {
  const clients = await connect(connections);
  const pushers = clients.slice(0, Math.ceil(connections / 2));
  const [pushed, fetched, acked] = ["PUSH", "FETCH", "ACK"].map((verb) => measurement.timer(verb));
  let ahead = 0;
  const waiting: (() => void)[] = [];
  const push = (client: Client, commands: readonly PushCommand[]) => {
    const command = commands[Math.floor(Math.random() * commands.length)];
    if (command === undefined) return;
    ahead++;
    client.send(command.next(), (_reply, ms) => {
      pushed?.(ms);
      const again = () => push(client, commands);
      if (ahead < MAX_AHEAD) again();
      else waiting.push(again);
    });
  };
  for (const client of pushers) {
    push(
      client,
      queues.map((queue) => PushCommand.one(jobText({ jobBytes, queue }))),
    );
  }
  for (const [index, client] of clients.slice(pushers.length).entries()) {
    const first = index % queues.length;
    work(client, {
      queues: [...queues.slice(first), ...queues.slice(0, first)],
      onFetched: (_reply, ms) => fetched?.(ms),
      onAcked(ms) {
        acked?.(ms);
        measurement.countJob();
        ahead--;
        waiting.pop()?.();
      },
    });
  }
  await measurement.overTime();
};
