import { BATCH_CANCEL_USAGE, parseBatchCancel } from "../../protocol/commands/batch-cancel.ts";
import { encodeBatchStatus } from "../../protocol/commands/batch-status.ts";
import { bulk } from "../../protocol/reply.ts";
import { command, missing } from "./command.ts";

export const batchCancel = command({
  verb: "BATCH CANCEL",
  usage: BATCH_CANCEL_USAGE,
  summary:
    "Calls off a batch and all that is in it: its jobs never start, or their workers are told.",
  replies: [
    ['${"bid":"…","state":"cancelling",…}', "as BATCH STATUS; it goes on by itself"],
    ["-ERR No such batch …", "it never was, or is forgotten"],
    ["-ERR batch … has succeeded: …", "there is nothing to be called off"],
    ["-ERR one bid is due, …", "the line names none, or more"],
    ["-ERR invalid BATCH CANCEL …", "what should be an object is none, or has a wrong member"],
    ["-ERR reason is longer than 1000 bytes", "as it says; and by as well"],
  ],
  states: ["identified"],
  missingArgument: missing(BATCH_CANCEL_USAGE),
  isPipelined: true,
  parse: parseBatchCancel,
  run: async ({ bid, ...told }, { engine, session }) => {
    const status = await engine.cancellations.cancelBatch(bid, told, session.stopping);
    return { reply: bulk(encodeBatchStatus(status)) };
  },
});
