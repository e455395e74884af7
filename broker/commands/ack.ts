import { parseAck } from "../../protocol/commands/ack.ts";
import { OK } from "../../protocol/reply.ts";
import { command, missing } from "./command.ts";

const USAGE = 'ACK {"jid":"…"}';

export const ack = command({
  verb: "ACK",
  usage: USAGE,
  summary: 'Says that a job is done. With "result" or "keep_for":<seconds> it is kept for a while.',
  replies: [
    ["+OK", "so it is; or it was not being worked on, and nothing has changed"],
    ["-ERR invalid ACK …", "not an object of strings with a jid; or it says what is wrong"],
    ["-STALE job <jid> …", "it is not yours any longer; nothing has changed"],
  ],
  states: ["identified"],
  missingArgument: missing(USAGE),
  isPipelined: true,
  parse: parseAck,
  run: async ({ jid, token, result, keepForSeconds }, { engine }) => {
    const kept = keepForSeconds === undefined ? undefined : { seconds: keepForSeconds, result };
    await engine.jobs.ack(jid, token, kept);
    return { reply: OK };
  },
});
