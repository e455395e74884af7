import { OK } from "../../protocol/reply.ts";
import { command } from "./command.ts";

export const flush = command({
  verb: "FLUSH",
  usage: "FLUSH",
  states: ["identified"],
  parse: () => undefined,
  run: async (_none, { engine, session, log }) => {
    await engine.store.flush();
    log.warn({ event: "store.flushed", conn: session.id });
    return { reply: OK };
  },
});
