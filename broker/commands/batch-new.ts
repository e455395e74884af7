import { parseBatchNew } from "../../protocol/commands/batch-new.ts";
import { bulk } from "../../protocol/reply.ts";
import { command, missing } from "./command.ts";

const USAGE = 'BATCH NEW {"description":"…","parent_bid":"…","success":{job},"complete":{job}}';

export const batchNew = command({
  verb: "BATCH NEW",
  usage: USAGE,
  summary: "Begins a batch, which jobs join by their custom.bid.",
  replies: [
    ["$<bid>", "its name"],
    ["-ERR invalid JSON: …", "not one JSON object, or a member of a wrong type"],
    ["-ERR a batch needs a callback: …", "without one nobody would learn that it is over"],
    ["-ERR … callback: …", "what PUSH would say of that job"],
    ["-ERR No such batch …", "one that it names is not there"],
    ["-ERR a batch can't wait for …", "it is in that, or in what that waits for"],
    ["-CANCELLED batch …", "that, or one around it, was called off"],
    ["-CANCELLED job …, -STALE job …", "of the job on whose behalf it is begun"],
    ["-ERR on_behalf …", "it names no job with its lease"],
    ["-OVERLAP batch … has the key …", "another one with its key, or one around it, has not ended"],
    ["-ERR … key …", "it is too long, or too many wait for it"],
    ["-ERR overlap …, after …, meta …, tag …, timeout …", "what is wrong with it"],
  ],
  states: ["identified"],
  missingArgument: missing(USAGE),
  parse: parseBatchNew,
  run: async (request, { engine }) => {
    const bid = await engine.batches.begin(request);
    engine.statistics.begun++;
    return { reply: bulk(bid) };
  },
});
