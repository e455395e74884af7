import { command } from "./command.ts";

/** FWP: no reply; what follows on the connection is not read any more. */
export const end = command({
  verb: "END",
  usage: "END",
  states: ["greeted", "identified"],
  parse: () => undefined,
  run: async (_none, { session }) => {
    session.close("END");
    return undefined;
  },
});
