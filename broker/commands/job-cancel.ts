import { encodeCancel } from "../../protocol/cancel.ts";
import { JOB_CANCEL_USAGE, parseJobCancel } from "../../protocol/commands/job-cancel.ts";
import { bulk } from "../../protocol/reply.ts";
import { encodeCalledOffTag } from "../../protocol/tag-description.ts";
import { command, missing } from "./command.ts";

export const jobCancel = command({
  verb: "JOB CANCEL",
  usage: JOB_CANCEL_USAGE,
  summary:
    "Calls off a job, or all with a tag: they never start, or their workers are told to stop.",
  replies: [
    ['${"jid":"…","state":"cancelled","cancel":{…}}', "it waited, or has ended by now"],
    ['${"jid":"…","state":"cancelling","cancel":{…}}', "it is cancelled when its worker ends it"],
    [
      '${"tag":"…","state":"…","waiting":…,"running":…,"cancel":{…}}',
      "so many never start, and so many run still; it goes on by itself",
    ],
    ["-ERR Job not found <jid>", "there is none: unknown, done, or deleted"],
    [
      "-ERR job <jid> is in …: it will not run",
      "it is dead or done: there is nothing to be called off",
    ],
    ["-ERR job <jid> …", "this broker can't read what is kept of it"],
    ["-ERR invalid JOB CANCEL …", "what should be an object is none, or has a wrong member"],
    ["-ERR reason is longer than 1000 bytes", "as it says; and by as well"],
    ["-ERR … tag …", "no job can have this tag"],
  ],
  states: ["identified"],
  missingArgument: missing(JOB_CANCEL_USAGE),
  isPipelined: true,
  parse: parseJobCancel,
  run: async (parsed, { engine: { cancellations }, session }) => {
    if ("tag" in parsed) {
      const { tag, ...told } = parsed;
      const cancellation = await cancellations.cancelTag(tag, told, session.stopping);
      return { reply: bulk(encodeCalledOffTag(tag, cancellation)) };
    }
    const { jid, ...told } = parsed;
    const { state, cancel } = await cancellations.cancelJob(jid, told);
    return { reply: bulk(JSON.stringify({ jid, state, cancel: encodeCancel(cancel) })) };
  },
});
