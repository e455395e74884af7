import { CommandError } from "../../protocol/errors.ts";
import { OK } from "../../protocol/reply.ts";
import { command } from "./command.ts";

export const control = command({
  verb: "CONTROL",
  usage: "CONTROL",
  summary: "Tells a worker at once what it is to do, until the connection closes.",
  replies: [
    ["+OK", "from here on bulk strings come, unasked, as soon as there is something to tell"],
    ['${"cancel":[{"jid":"…",…}]}', "these jobs are called off: stop them, and ACK or FAIL them"],
    ['${"state":"quiet"}', "fetch no more; or terminate: and end soon"],
    ["-ERR CONTROL is for workers: …", "this connection said HELLO without a wid"],
  ],
  states: ["identified"],
  parse: () => undefined,
  run: async (_none, { engine, session }) => {
    if (session.wid === "") throw new CommandError("CONTROL is for workers: say HELLO with a wid");
    engine.controls.listen(session.wid, session);
    return { reply: OK };
  },
});
