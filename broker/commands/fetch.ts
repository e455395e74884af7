import { parseFetch } from "../../protocol/commands/fetch.ts";
import { encodeFetchedJob } from "../../protocol/job.ts";
import { bulk, NIL } from "../../protocol/reply.ts";
import { command } from "./command.ts";

export const fetch = command({
  verb: "FETCH",
  usage: "FETCH <queue> [<queue> …]",
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
