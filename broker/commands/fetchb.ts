import { encodeFetchedJobs, parseFetchb } from "../../protocol/commands/fetchb.ts";
import { encodeFetchedJob } from "../../protocol/job.ts";
import { bulk, NIL } from "../../protocol/reply.ts";
import { command } from "./command.ts";

export const fetchb = command({
  verb: "FETCHB",
  usage: "FETCHB <count> <queue> [<queue> …]",
  summary: "Reserves up to so many jobs at once; waits like FETCH for the first.",
  replies: [
    ["$[<job>, …]", "they are yours, each as after FETCH"],
    ["$-1", "nothing came, or the worker is quiet"],
    ["-ERR FETCHB takes a count from 1 to 100", "the count stands first"],
    ["-ERR must call fetchb with at least one queue", "name one"],
    ["-ERR FETCH takes at most 1000 queues", "name fewer"],
    ["-ERR cannot get … queue: …", "no queue can have so long a name"],
    ["-ERR job <jid> …", "that one can't be read here and is put aside: ask again"],
  ],
  states: ["identified"],
  missingArgument: "FETCHB takes a count from 1 to 100",
  parse: (argument) => parseFetchb(argument),
  run: async ({ count, queues }, { engine, session }) => {
    const jobs = await engine.fetches.fetchMany(session, queues, count);
    if (jobs.length === 0) return { reply: NIL };
    return {
      reply: bulk(encodeFetchedJobs(jobs.map(encodeFetchedJob))),
      ifLost: () => {
        for (const job of jobs) void engine.fetches.giveBack(job);
      },
    };
  },
});
