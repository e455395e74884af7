import { CommandError, echo } from "../errors.ts";
import { MAX_QUEUES } from "../limits.ts";
import { checkQueueName } from "../queue-name.ts";

const ACTIONS = ["PAUSE", "RESUME", "REMOVE", "LATENCY"] as const;

export type QueueAction = (typeof ACTIONS)[number];

export interface QueueCommand {
  action: QueueAction;
  /** Those that are named; with a star also every queue that is known. */
  queues: { names: string[]; hasStar: boolean };
}

/** FWP: QUEUE. The action may be in lower case. @throws CommandError */
export function parseQueue(argument: Buffer): QueueCommand {
  const [word = "", ...names] = argument.toString().split(" ", MAX_QUEUES + 2);
  const action = ACTIONS.find((one) => one === word.toUpperCase());
  if (action === undefined) {
    throw new CommandError(`no such QUEUE subcommand: ${echo(word.toUpperCase())}`);
  }
  if (names.length > MAX_QUEUES) {
    throw new CommandError(`QUEUE takes at most ${MAX_QUEUES} queues`);
  }
  const given = names.filter((name) => name !== "");
  if (given.length === 0 && action !== "LATENCY") {
    throw new CommandError(`missing argument, usage: QUEUE ${action} <queue> [<queue> …]`);
  }
  // FWP: further back it is a name, and one that no queue can have.
  const hasStar = given[0] === "*";
  const named = hasStar ? given.slice(1) : given;
  return { action, queues: { names: [...new Set(named.map(checkQueueName))], hasStar } };
}

export function encodeQueue(action: QueueAction, names: readonly string[]): string {
  return ["QUEUE", action, ...names].join(" ");
}
