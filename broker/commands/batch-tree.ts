import { parseBid } from "../../protocol/commands/batch-id.ts";
import { encodeBatchTree } from "../../protocol/commands/batch-status.ts";
import { bulk } from "../../protocol/reply.ts";
import { command, missing } from "./command.ts";

const USAGE = "BATCH TREE <bid>";

export const batchTree = command({
  verb: "BATCH TREE",
  usage: USAGE,
  summary: "Tells of a batch and all that are in it.",
  replies: [
    ['${"bid":"…",…,"batches":[…]}', "each as BATCH STATUS has it; 1,000 at the most"],
    ["-ERR No such batch …", "it never was, or is forgotten"],
    ["-ERR one bid is due, …", "the line names none, or more"],
  ],
  states: ["identified"],
  missingArgument: missing(USAGE),
  isPipelined: true,
  parse: parseBid,
  run: async (bid, { engine }) => ({
    reply: bulk(encodeBatchTree(await engine.batches.tree(bid))),
  }),
});
