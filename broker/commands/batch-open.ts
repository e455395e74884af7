import { parseBid } from "../../protocol/commands/batch-id.ts";
import { bulk } from "../../protocol/reply.ts";
import { command, missing } from "./command.ts";

const USAGE = "BATCH OPEN <bid>";

export const batchOpen = command({
  verb: "BATCH OPEN",
  usage: USAGE,
  summary: "Looks whether a batch takes more jobs.",
  replies: [
    ["$<bid>", "it does"],
    ["-CANCELLED batch …", "it was called off"],
    ["-ERR No such batch …", "it never was, or is forgotten"],
    ["-ERR one bid is due, …", "the line names none, or more"],
  ],
  states: ["identified"],
  missingArgument: missing(USAGE),
  parse: parseBid,
  run: async (bid, { engine }) => {
    await engine.batches.open(bid);
    return { reply: bulk(bid) };
  },
});
