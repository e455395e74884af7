import { parseBeat } from "../../protocol/commands/beat.ts";
import { bulk, OK } from "../../protocol/reply.ts";
import { command, missing } from "./command.ts";

const USAGE = 'BEAT {"wid":"…","current_state":"quiet","rss_kb":51200}';

export const beat = command({
  verb: "BEAT",
  usage: USAGE,
  states: ["identified"],
  missingArgument: missing(USAGE),
  isPipelined: true,
  parse: parseBeat,
  run: async (told, { engine }) => {
    const state = await engine.workers.beat(told);
    return { reply: state === "running" ? OK : bulk(JSON.stringify({ state })) };
  },
});
