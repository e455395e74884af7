import { command } from "./command.ts";

/** FWP: no reply; what follows on the connection is not read any more. */
export const end = command({
  verb: "END",
  usage: "END",
  summary: "Closes the connection.",
  replies: [["(none)", "the connection closes"]],
  states: ["greeted", "identified"],
  parse: () => undefined,
  run: async (_none, { session }) => {
    session.close("END");
    return undefined;
  },
});
