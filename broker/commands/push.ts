import { parseJob } from "../../protocol/job.ts";
import { OK } from "../../protocol/reply.ts";
import { command, missing } from "./command.ts";

const USAGE = 'PUSH {"jid":"…","jobtype":"…","args":[…]}';

export const push = command({
  verb: "PUSH",
  usage: USAGE,
  states: ["identified"],
  missingArgument: missing(USAGE),
  isPipelined: true,
  parse: parseJob,
  run: async (job, { engine }) => {
    await engine.jobs.push(job);
    return { reply: OK };
  },
});
