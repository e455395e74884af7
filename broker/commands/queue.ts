import { parseQueue } from "../../protocol/commands/queue.ts";
import { bulk, OK } from "../../protocol/reply.ts";
import { command, missing } from "./command.ts";

const USAGE =
  "QUEUE PAUSE|RESUME|REMOVE|LATENCY <queue> [<queue> …], * as the first for all there are";

export const queue = command({
  verb: "QUEUE",
  usage: USAGE,
  summary: "Pauses, resumes or removes queues, or tells how long their oldest jobs have waited.",
  replies: [
    ["+OK", "done"],
    ['${"<queue>":<seconds>}', "LATENCY; 0 for an empty queue"],
    ["-ERR no such QUEUE subcommand: …", "see above for those there are"],
    ["-ERR cannot get … queue: …", "no queue can have this name"],
    ["-ERR QUEUE takes at most 1000 queues", "name fewer"],
  ],
  states: ["identified"],
  missingArgument: missing(USAGE),
  parse: parseQueue,
  run: async ({ action, queues }, { engine, session, log }) => {
    if (action === "LATENCY") {
      const latencies = await engine.queues.latencies(queues);
      return { reply: bulk(JSON.stringify(Object.fromEntries(latencies))) };
    }
    if (action === "PAUSE") await engine.queues.pause(queues);
    if (action === "RESUME") await engine.queues.resume(queues);
    if (action === "REMOVE") await engine.queues.remove(queues);
    const given = queues.hasStar ? ["*", ...queues.names] : queues.names;
    log.info({ event: `queue.${action.toLowerCase()}`, conn: session.id, queues: given });
    return { reply: OK };
  },
});
