import { parsePushb, RefusedJobs } from "../../protocol/commands/pushb.ts";
import { CommandError } from "../../protocol/errors.ts";
import { asJson, checkJob, type Job, readJob, type UncheckedJob } from "../../protocol/job.ts";
import { bulk } from "../../protocol/reply.ts";
import { command, missing } from "./command.ts";

const USAGE = 'PUSHB [{"jid":"…","jobtype":"…","args":[…]}, …]';

/** So many jobs are read without a pause for other connections: a few milliseconds' work. */
const STEP = 1_000;

export const pushb = command({
  verb: "PUSHB",
  usage: USAGE,
  summary: "Stores many jobs.",
  replies: [
    ["${}", "all are kept"],
    ['${"<jid>":"<reason>"}', "these were refused, all others are kept"],
    ["-ERR invalid JSON: …", "not an array of jobs; nothing is kept"],
  ],
  states: ["identified"],
  missingArgument: missing(USAGE),
  parse: (argument, receivedAt) => ({ texts: parsePushb(argument), receivedAt }),
  run: async ({ texts, receivedAt }, { engine }) => {
    // FWP: one element that is no job at all refuses the whole array, and nothing is pushed.
    const unchecked: UncheckedJob[] = [];
    for await (const text of unhurried(texts)) unchecked.push(asJson(() => readJob(text)));

    const refused = new RefusedJobs();
    const indexes = new Map<Job, number>();
    for await (const [index, job] of unhurried([...unchecked.entries()])) {
      try {
        indexes.set(checkJob(job, receivedAt), index);
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        refused.add(job.members.jid ?? "", index, error.message);
      }
    }
    const failed = await engine.jobs.pushAll([...indexes.keys()]);
    for (const [job, reason] of failed) refused.add(job.jid, indexes.get(job) ?? 0, reason);
    return { reply: bulk(refused.encode()) };
  },
});

async function* unhurried<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  for (const [index, item] of items.entries()) {
    if (index % STEP === STEP - 1) await new Promise((resolve) => setImmediate(resolve));
    yield item;
  }
}
