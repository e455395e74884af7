import { JOB_RETRY_USAGE, parseJobRetry } from "../../protocol/commands/job-retry.ts";
import { OK } from "../../protocol/reply.ts";
import { command, missing } from "./command.ts";

export const jobRetry = command({
  verb: "JOB RETRY",
  usage: JOB_RETRY_USAGE,
  summary: "Puts a job into its queue that waits for its time, or is dead.",
  replies: [
    ["+OK", "it is in its queue; also when it was there already"],
    ["-ERR Job not found <jid>", "there is none: unknown, done, or deleted"],
    [
      "-ERR job <jid> …",
      "it is being worked on, or done; or this broker can't read what is kept of it",
    ],
    ["-CANCELLED …", "it was called off, or the batch that it was in"],
    ["-CANCELLING …", "one of its tags is being called off"],
    ["-OVERLAP …", "another batch with the key of its own has not ended"],
    ["-ERR … jid …", "that is no jid; one with a space in it is written as a JSON string"],
  ],
  states: ["identified"],
  missingArgument: missing(JOB_RETRY_USAGE),
  isPipelined: true,
  parse: parseJobRetry,
  run: async (jid, { engine, session, log }) => {
    await engine.interventions.retry(jid);
    log.info({ event: "job.requeued", jid, conn: session.id });
    return { reply: OK };
  },
});
