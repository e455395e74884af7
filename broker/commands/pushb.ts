import { parsePushb, RefusedJobs } from "../../protocol/commands/pushb.ts";
import { CommandError } from "../../protocol/errors.ts";
import { asJson, checkJob, type Job, readJob } from "../../protocol/job.ts";
import { bulk } from "../../protocol/reply.ts";
import { unhurried } from "../engine/unhurried.ts";
import { command, missing } from "./command.ts";

const USAGE = 'PUSHB [{"jid":"…","jobtype":"…","args":[…]}, …]';

/** So many jobs are pushed at once. */
const STEP = 1_000;

export const pushb = command({
  verb: "PUSHB",
  usage: USAGE,
  summary: "Stores many jobs.",
  replies: [
    ["${}", "all are kept"],
    ['${"<jid>":"<reason>"}', "these were refused, all others are kept"],
    ["-ERR invalid JSON: …", "not an array of jobs, or too long a one; nothing is kept"],
  ],
  states: ["identified"],
  missingArgument: missing(USAGE),
  parse: (argument, receivedAt) => ({ texts: parsePushb(argument), receivedAt }),
  run: async ({ texts, receivedAt }, { engine }) => {
    // FWP: one element that is no job at all refuses the whole array, and nothing is pushed. So all
    // are read before the first is pushed; kept until then, they would take many times the memory.
    for await (const text of unhurried(texts, lengthOf)) asJson(() => readJob(text));

    const refused = new RefusedJobs();
    let step = new Map<Job, number>();
    const pushStep = async () => {
      const failed = await engine.jobs.pushAll([...step.keys()]);
      for (const [job, reason] of failed) refused.add(job.jid, step.get(job) ?? 0, reason);
      step = new Map();
    };
    let index = 0;
    for await (const text of unhurried(texts, lengthOf)) {
      const job = readJob(text);
      try {
        step.set(checkJob(job, receivedAt), index);
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        refused.add(job.members.jid ?? "", index, error.message);
      }
      if (step.size === STEP) await pushStep();
      index++;
    }
    await pushStep();
    return { reply: bulk(refused.encode()) };
  },
});

function lengthOf(text: Buffer): number {
  return text.length;
}
