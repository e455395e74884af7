import { jobTexts, parsePushb, RefusedJobs } from "../../protocol/commands/pushb.ts";
import { CommandError } from "../../protocol/errors.ts";
import { type Job, parseJob } from "../../protocol/job.ts";
import { bulk } from "../../protocol/reply.ts";
import { unhurried } from "../engine/unhurried.ts";
import { command, missing } from "./command.ts";

const USAGE = 'PUSHB [{"jid":"…","jobtype":"…","args":[…]}, …]';

/** How each of the jobs is read. */
const PUSH = { verb: "PUSH", parse: parseJob };

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
    ["-ERR shutdown in progress: …", "only so many are kept: repeat the command elsewhere"],
  ],
  states: ["identified"],
  missingArgument: missing(USAGE),
  parse: (argument, receivedAt) => ({ ...parsePushb(argument), receivedAt }),
  run: async ({ receivedAt, ...array }, { engine, parser, session }) => {
    const refused = new RefusedJobs();
    let storedCount = 0;
    let step = new Map<Job, number>();
    const pushStep = async () => {
      const failed = await engine.jobs.pushAll([...step.keys()]);
      for (const [job, reason] of failed) refused.add(job.jid, step.get(job) ?? 0, reason);
      storedCount += step.size - failed.size;
      step = new Map();
    };
    let index = 0;
    for await (const text of unhurried(jobTexts(array), lengthOf)) {
      if (session.stopping.aborted) {
        const count = array.bounds.length / 2;
        throw new CommandError(`shutdown in progress: ${storedCount} of ${count} jobs are stored`);
      }
      try {
        step.set(await parser.parse(PUSH, text, receivedAt), index);
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        refused.add(error.jid ?? "", index, error.message);
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
