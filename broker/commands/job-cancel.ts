import { encodeCancel } from "../../protocol/cancel.ts";
import { JOB_CANCEL_USAGE, parseJobCancel } from "../../protocol/commands/job-cancel.ts";
import { bulk } from "../../protocol/reply.ts";
import { command, missing } from "./command.ts";

export const jobCancel = command({
  verb: "JOB CANCEL",
  usage: JOB_CANCEL_USAGE,
  summary: "Calls a job off: it never starts, or its worker is told to stop.",
  replies: [
    ['${"jid":"…","state":"cancelled","cancel":{…}}', "it waited, or has ended by now"],
    ['${"jid":"…","state":"cancelling","cancel":{…}}', "it is cancelled when its worker ends it"],
    ["-ERR Job not found <jid>", "there is none: unknown, done, or deleted"],
    ["-ERR job <jid> is in dead: it will not run", "there is nothing to be called off"],
    ["-ERR job <jid> …", "this broker can't read what is kept of it"],
    [
      "-ERR invalid JOB CANCEL …",
      "what follows the jid is no object, or has a member of a wrong type",
    ],
    ["-ERR reason is longer than 1000 bytes", "as it says; and by as well"],
  ],
  states: ["identified"],
  missingArgument: missing(JOB_CANCEL_USAGE),
  isPipelined: true,
  parse: parseJobCancel,
  run: async ({ jid, ...told }, { engine }) => {
    const { state, cancel } = await engine.cancellations.cancelJob(jid, told);
    return { reply: bulk(JSON.stringify({ jid, state, cancel: encodeCancel(cancel) })) };
  },
});
