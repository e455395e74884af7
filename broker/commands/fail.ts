import { parseFail } from "../../protocol/commands/fail.ts";
import { OK } from "../../protocol/reply.ts";
import { command, missing } from "./command.ts";

const USAGE = 'FAIL {"jid":"…","errtype":"…","message":"…","backtrace":["…"]}';

export const fail = command({
  verb: "FAIL",
  usage: USAGE,
  states: ["identified"],
  missingArgument: missing(USAGE),
  isPipelined: true,
  parse: parseFail,
  run: async ({ jid, ...report }, { engine }) => {
    await engine.jobs.fail(jid, report);
    return { reply: OK };
  },
});
