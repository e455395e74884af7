import { JOB_DELETE_USAGE, parseJobDelete } from "../../protocol/commands/job-delete.ts";
import { OK } from "../../protocol/reply.ts";
import { command, missing } from "./command.ts";

export const jobDelete = command({
  verb: "JOB DELETE",
  usage: JOB_DELETE_USAGE,
  summary: "Deletes a job, unless it is being worked on.",
  replies: [
    ["+OK", "it is gone"],
    ["-ERR Job not found <jid>", "there is none: unknown, done, or deleted"],
    ["-ERR job <jid> …", "it is being worked on; or this broker can't read what is kept of it"],
    ["-ERR … jid …", "that is no jid; one with a space in it is written as a JSON string"],
  ],
  states: ["identified"],
  missingArgument: missing(JOB_DELETE_USAGE),
  isPipelined: true,
  parse: parseJobDelete,
  run: async (jid, { engine, session, log }) => {
    await engine.interventions.delete(jid);
    log.info({ event: "job.deleted", jid, conn: session.id });
    return { reply: OK };
  },
});
