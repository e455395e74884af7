import {
  encodeTrackedJob,
  parseTrackGet,
  TRACK_GET_USAGE,
} from "../../protocol/commands/track-get.ts";
import { bulk } from "../../protocol/reply.ts";
import { command, missing } from "./command.ts";

export const trackGet = command({
  verb: "TRACK GET",
  usage: TRACK_GET_USAGE,
  summary: "Tells how far a job has got, and where it is.",
  replies: [
    [
      '${"jid":"…","state":"…","updated_at":"…",…}',
      "what is known of it; the state may be unknown",
    ],
    ["-ERR … jid …", "that is no jid; one with a space in it is written as a JSON string"],
  ],
  states: ["identified"],
  missingArgument: missing(TRACK_GET_USAGE),
  isPipelined: true,
  parse: parseTrackGet,
  run: async (jid, { engine }) => {
    return { reply: bulk(encodeTrackedJob(await engine.progress.find(jid))) };
  },
});
