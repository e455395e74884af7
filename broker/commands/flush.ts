import { OK } from "../../protocol/reply.ts";
import { command } from "./command.ts";

export const flush = command({
  verb: "FLUSH",
  usage: "FLUSH",
  summary: "Deletes all jobs, queues and counts, without asking.",
  replies: [["+OK", "all gone"]],
  states: ["identified"],
  parse: () => undefined,
  run: async (_none, { engine, session, log }) => {
    await engine.flush();
    log.warn({ event: "store.flushed", conn: session.id });
    return { reply: OK };
  },
});
