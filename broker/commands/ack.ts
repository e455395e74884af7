import { parseAck } from "../../protocol/commands/ack.ts";
import { OK } from "../../protocol/reply.ts";
import { command, missing } from "./command.ts";

const USAGE = 'ACK {"jid":"…"}';

export const ack = command({
  verb: "ACK",
  usage: USAGE,
  states: ["identified"],
  missingArgument: missing(USAGE),
  isPipelined: true,
  parse: parseAck,
  run: async ({ jid }, { engine }) => {
    await engine.jobs.ack(jid);
    return { reply: OK };
  },
});
