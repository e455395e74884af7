import { parseFetch } from "../../protocol/commands/fetch.ts";
import { encodeFetchedJob } from "../../protocol/job.ts";
import { bulk, NIL } from "../../protocol/reply.ts";
import { command } from "./command.ts";

export const fetch = command({
  verb: "FETCH",
  usage: "FETCH <queue> [<queue> …]",
  summary: "Reserves the first job of the first queue that has one; waits for up to two seconds.",
  replies: [
    ["$<job>", "it is yours until you ACK or FAIL it, or its reserve_for has passed"],
    ["$-1", "nothing came, or the worker is quiet"],
    ["-ERR must call fetch with at least one queue", "name one"],
    ["-ERR FETCH takes at most 1000 queues", "name fewer"],
    ["-ERR cannot get … queue: …", "no queue can have so long a name"],
    ["-ERR job <jid> …", "that one can't be read here and is put aside: ask again"],
  ],
  states: ["identified"],
  missingArgument: "must call fetch with at least one queue",
  parse: (argument) => parseFetch(argument),
  run: async (queues, { engine, session }) => {
    const job = await engine.fetches.fetch(session, queues);
    if (job === undefined) return { reply: NIL };
    return {
      reply: bulk(encodeFetchedJob(job)),
      ifLost: () => void engine.fetches.giveBack(job),
    };
  },
});
