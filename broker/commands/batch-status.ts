import { parseBid } from "../../protocol/commands/batch-id.ts";
import { encodeBatchStatus } from "../../protocol/commands/batch-status.ts";
import { bulk } from "../../protocol/reply.ts";
import { command, missing } from "./command.ts";

const USAGE = "BATCH STATUS <bid>";

export const batchStatus = command({
  verb: "BATCH STATUS",
  usage: USAGE,
  summary: "Tells how far a batch has come.",
  replies: [
    ['${"bid":"…","total":…,"pending":…,"failed":…,…}', "see spec/protocol.md"],
    ["-ERR No such batch …", "it never was, or is forgotten"],
    ["-ERR one bid is due, …", "the line names none, or more"],
  ],
  states: ["identified"],
  missingArgument: missing(USAGE),
  parse: parseBid,
  run: async (bid, { engine }) => {
    return { reply: bulk(encodeBatchStatus(await engine.batches.status(bid))) };
  },
});
