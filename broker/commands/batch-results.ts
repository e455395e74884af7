import { BATCH_RESULTS_USAGE, parseBatchResults } from "../../protocol/commands/batch-results.ts";
import { encodeBatchResults } from "../../protocol/commands/batch-status.ts";
import { bulk } from "../../protocol/reply.ts";
import { command, missing } from "./command.ts";

export const batchResults = command({
  verb: "BATCH RESULTS",
  usage: BATCH_RESULTS_USAGE,
  summary: "Tells what came of the jobs of a batch, some at a time.",
  replies: [
    ['${"results":[{"jid":"…","result":…}],"cursor":"…"}', "as their ACK has told it"],
    ["-ERR No such batch …", "it never was, or is forgotten"],
    ["-ERR one bid is due, …", "and a cursor, if any"],
  ],
  states: ["identified"],
  missingArgument: missing(BATCH_RESULTS_USAGE),
  isPipelined: true,
  parse: parseBatchResults,
  run: async ({ bid, cursor }, { engine }) => ({
    reply: bulk(encodeBatchResults(await engine.batches.results(bid, cursor))),
  }),
});
