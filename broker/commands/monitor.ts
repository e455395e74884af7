import { OK } from "../../protocol/reply.ts";
import { command } from "./command.ts";

export const monitor = command({
  verb: "MONITOR",
  usage: "MONITOR",
  summary: "Shows every command that this broker gets, a line each, until the connection closes.",
  replies: [["+OK", "from here on lines come, unasked, that begin with + and the time"]],
  states: ["identified"],
  parse: () => undefined,
  run: async (_none, { feed, session }) => {
    feed.watch(session);
    return { reply: OK };
  },
});
