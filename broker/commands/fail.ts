import { parseFail } from "../../protocol/commands/fail.ts";
import { OK } from "../../protocol/reply.ts";
import { command, missing } from "./command.ts";

const USAGE = 'FAIL {"jid":"…","errtype":"…","message":"…","backtrace":["…"]}';

export const fail = command({
  verb: "FAIL",
  usage: USAGE,
  summary:
    'Says that a job has failed: it is tried again later, dies, or is discarded. With "interrupted":true it goes back, with "snooze":<seconds> it waits.',
  replies: [
    ["+OK", "noted"],
    ["-ERR Job not found <jid>", "it was not being worked on"],
    ["-STALE job <jid> …", "it is not yours any longer; nothing has changed"],
    ["-ERR job <jid> …", "a newer broker has stored it: tell that one"],
    ["-ERR missing JID", "name the job"],
    ["-ERR invalid FAIL …", "not an object, or a member of a wrong type"],
  ],
  states: ["identified"],
  missingArgument: missing(USAGE),
  isPipelined: true,
  parse: parseFail,
  run: async ({ jid, isInterrupted, snoozeSeconds, token, ...report }, { engine: { jobs } }) => {
    if (isInterrupted) await jobs.handBack(jid, token);
    else if (snoozeSeconds !== undefined) await jobs.snooze(jid, snoozeSeconds, token);
    else await jobs.fail(jid, report, token);
    return { reply: OK };
  },
});
