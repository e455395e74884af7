import { parseBid } from "../../protocol/commands/batch-id.ts";
import { OK } from "../../protocol/reply.ts";
import { command, missing } from "./command.ts";

const USAGE = "BATCH RETRY <bid>";

export const batchRetry = command({
  verb: "BATCH RETRY",
  usage: USAGE,
  summary: "Has run again what has died or was cancelled of a batch, and of those in it.",
  replies: [
    ["+OK", "it goes on by itself; what is done is not run again"],
    ["-ERR No such batch …", "it never was, or is forgotten"],
    ["-ERR one bid is due, …", "the line names none, or more"],
    ["-ERR batch … was never committed: …", "nobody knows whether all of it is there"],
    ["-ERR batch … waits for …, which is forgotten: …", "it never could go on"],
    ["-CANCELLING batch …", "something of it still runs that was called off"],
    ["-CANCELLED batch …, which it is in, …", "that one has to be retried"],
    ["-OVERLAP batch …", "another one with its key has not ended"],
  ],
  states: ["identified"],
  missingArgument: missing(USAGE),
  isPipelined: true,
  parse: parseBid,
  run: async (bid, { engine }) => {
    await engine.batches.retry(bid);
    return { reply: OK };
  },
});
