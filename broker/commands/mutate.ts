import { parseMutate } from "../../protocol/commands/mutate.ts";
import { OK } from "../../protocol/reply.ts";
import { command, missing } from "./command.ts";

const USAGE =
  'MUTATE {"cmd":"clear|discard|kill|requeue","target":"scheduled|retries|dead",' +
  '"filter":{"jids":["…"],"regexp":"*…*","jobtype":"…"}}';

export const mutate = command({
  verb: "MUTATE",
  usage: USAGE,
  summary: "Clears scheduled, retries or dead, or discards, kills or requeues the jobs that fit.",
  replies: [
    ["+OK", "done to all that fit"],
    ["-ERR unknown mutate operation", "see above for those there are"],
    ["-ERR invalid target for mutation command", "see above for those there are"],
    ["-ERR json: … and the like", "not one JSON object, or a member of a wrong type"],
    ["-ERR … regexp …", "it is too long, or takes too long"],
    ["-ERR shutdown in progress: …", "not done to all that fit: repeat the command elsewhere"],
  ],
  states: ["identified"],
  missingArgument: missing(USAGE),
  parse: parseMutate,
  run: async ({ action, target, filter }, { engine, session, log }) => {
    const { mutations } = engine;
    if (action === "clear") await mutations.clear(target);
    else await mutations[action](target, filter, session.stopping);
    log.info({ event: `mutate.${action}`, conn: session.id, target });
    return { reply: OK };
  },
});
