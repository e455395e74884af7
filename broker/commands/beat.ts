import { parseBeat } from "../../protocol/commands/beat.ts";
import { bulk, OK } from "../../protocol/reply.ts";
import { command, missing } from "./command.ts";

const USAGE = 'BEAT {"wid":"…","current_state":"quiet","rss_kb":51200}';

export const beat = command({
  verb: "BEAT",
  usage: USAGE,
  summary: "Says that a worker lives, and what it is doing.",
  replies: [
    ["+OK", "go on"],
    ['${"state":"quiet"}', "fetch no more"],
    ['${"state":"terminate"}', "fetch no more, and end soon"],
    ["-ERR unknown worker <wid>", "it is not, or no longer, known: say HELLO again"],
    ["-ERR invalid BEAT …", "not an object, or a member of a wrong type"],
  ],
  states: ["identified"],
  missingArgument: missing(USAGE),
  isPipelined: true,
  parse: parseBeat,
  run: async (told, { engine }) => {
    const state = await engine.workers.beat(told);
    return { reply: state === "running" ? OK : bulk(JSON.stringify({ state })) };
  },
});
