import { parseTrackSet, TRACK_SET_USAGE } from "../../protocol/commands/track-set.ts";
import { OK } from "../../protocol/reply.ts";
import { command, missing } from "./command.ts";

export const trackSet = command({
  verb: "TRACK SET",
  usage: TRACK_SET_USAGE,
  summary: "Notes how far a job has got, and how long it may be silent from now on.",
  replies: [
    ["+OK", "noted"],
    ["-STALE job <jid> …", "it is not yours any longer; nothing has changed"],
    ["-ERR missing JID", "name the job"],
    ["-ERR jid …", "that is no jid"],
    ["-ERR invalid TRACK SET …", "not an object, or a member that can't be so"],
    ["-ERR jobs cannot be reserved for more than one day", "reserve_until is further away"],
  ],
  states: ["identified"],
  missingArgument: missing(TRACK_SET_USAGE),
  isPipelined: true,
  parse: parseTrackSet,
  run: async (report, { engine }) => {
    await engine.progress.note(report);
    return { reply: OK };
  },
});
