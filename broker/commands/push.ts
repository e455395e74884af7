import { parseJob } from "../../protocol/job.ts";
import { OK } from "../../protocol/reply.ts";
import { command, missing } from "./command.ts";

const USAGE = 'PUSH {"jid":"…","jobtype":"…","args":[…]}';

export const push = command({
  verb: "PUSH",
  usage: USAGE,
  summary: "Stores a job, to run at once or at its time.",
  replies: [
    ["+OK", "kept; or it was live already, and nothing has changed"],
    ["-ERR invalid JSON: …", "not one JSON object, or a member of a wrong type"],
    ["-ERR jobs must have …", "a member is missing or out of bounds"],
    ["-ERR jobs cannot be reserved for more than one day", "reserve_for is over 86400"],
    ["-ERR invalid timestamp for 'at': …", "not an RFC 3339 time"],
    ["-ERR cannot get … queue: …", "no queue can have this name"],
    ["-ERR … tag …", "no job can have it; and the same of what `on_behalf` has"],
    ["-CANCELLED job …", "it, or the job on whose behalf it is pushed, was called off"],
    ["-CANCELLING tag …", "jobs with this tag still run, which were called off"],
    ["-ERR No such batch …, -CANCELLED batch …", "of its custom.bid, or one around that"],
    ["-OVERLAP batch …", "its batch has ended, and another run of the same key has not"],
    ["-STALE …", "the job on whose behalf it is pushed is not its worker's any longer"],
  ],
  states: ["identified"],
  missingArgument: missing(USAGE),
  isPipelined: true,
  parse: parseJob,
  run: async (job, { engine }) => {
    await engine.jobs.push(job);
    return { reply: OK };
  },
});
