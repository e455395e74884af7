import { parseBid } from "../../protocol/commands/batch-id.ts";
import { OK } from "../../protocol/reply.ts";
import { command, missing } from "./command.ts";

const USAGE = "BATCH COMMIT <bid>";

export const batchCommit = command({
  verb: "BATCH COMMIT",
  usage: USAGE,
  summary:
    "Says that all jobs of a batch are pushed: from now on its callbacks are called when they are due.",
  replies: [
    ["+OK", "done, or it was committed before"],
    ["-CANCELLED batch …", "it was called off before that"],
    ["-ERR No such batch …", "it never was, or is forgotten"],
    ["-ERR one bid is due, …", "the line names none, or more"],
  ],
  states: ["identified"],
  missingArgument: missing(USAGE),
  parse: parseBid,
  run: async (bid, { engine }) => {
    await engine.batches.commit(bid);
    return { reply: OK };
  },
});
