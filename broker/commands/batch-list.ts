import { BATCH_LIST_USAGE, parseBatchList } from "../../protocol/commands/batch-list.ts";
import { encodeBatchPage } from "../../protocol/commands/batch-status.ts";
import { bulk } from "../../protocol/reply.ts";
import { command } from "./command.ts";

export const batchList = command({
  verb: "BATCH LIST",
  usage: BATCH_LIST_USAGE,
  summary: "Lists batches, the youngest first.",
  replies: [
    ['${"batches":[…],"cursor":"…"}', "each as BATCH STATUS has it"],
    ["-ERR invalid BATCH LIST …", "what is wrong with it"],
    ["-ERR … key …, -ERR … tag …", "no batch can have it"],
  ],
  states: ["identified"],
  isPipelined: true,
  parse: parseBatchList,
  run: async (request, { engine }) => ({
    reply: bulk(encodeBatchPage(await engine.batches.list(request))),
  }),
});
