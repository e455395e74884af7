import { CommandError, echo } from "../errors.ts";
import { checkQueueName } from "../queue-name.ts";

const ACTIONS = ["PAUSE", "RESUME", "REMOVE", "LATENCY"] as const;

export type QueueAction = (typeof ACTIONS)[number];

export interface QueueCommand {
  action: QueueAction;
  /** `*` alone means every queue that is known. */
  queues: string[] | "*";
}

/** FWP: QUEUE. The action may be in lower case. @throws CommandError */
export function parseQueue(argument: Buffer): QueueCommand {
  const [word = "", ...names] = argument.toString().split(" ");
  const action = ACTIONS.find((one) => one === word.toUpperCase());
  if (action === undefined) {
    throw new CommandError(`no such QUEUE subcommand: ${echo(word.toUpperCase())}`);
  }
  const given = names.filter((name) => name !== "");
  if (given.length === 0 && action !== "LATENCY") {
    throw new CommandError(`missing argument, usage: QUEUE ${action} <queue> [<queue> …]`);
  }
  if (given.includes("*")) return { action, queues: "*" };
  return { action, queues: [...new Set(given.map(checkQueueName))] };
}
