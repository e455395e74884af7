import { encodeBeatAnswer, parseBeat } from "../../protocol/commands/beat.ts";
import { bulk, OK } from "../../protocol/reply.ts";
import { command, missing } from "./command.ts";

const USAGE = 'BEAT {"wid":"…","current_state":"quiet","rss_kb":51200}';

export const beat = command({
  verb: "BEAT",
  usage: USAGE,
  summary: "Says that a worker lives, and what it is doing.",
  replies: [
    ["+OK", "go on"],
    ['${"state":"quiet"}', "fetch no more"],
    ['${"state":"terminate"}', "fetch no more, and end soon"],
    ['${"lost":["<jid>"]}', "of the jobs that it names, these are not its own any longer"],
    ['${"cancel":[{"jid":"…",…}]}', "these are called off: stop them, and ACK or FAIL them"],
    ["-ERR unknown worker <wid>", "it is not, or no longer, known: say HELLO again"],
    ["-ERR invalid BEAT …", "not an object, or a member of a wrong type"],
  ],
  states: ["identified"],
  missingArgument: missing(USAGE),
  isPipelined: true,
  parse: parseBeat,
  run: async ({ jobs = [], ...told }, { engine }) => {
    // The leases of a worker that is to say HELLO again are renewed as well.
    const { lost, calledOff } = await engine.jobs.renew(jobs);
    const state = await engine.workers.beat(told);
    const answer = encodeBeatAnswer({
      ...(state !== "running" && { state }),
      lost: lost.map(({ jid }) => jid),
      cancel: calledOff,
    });
    return { reply: answer === undefined ? OK : bulk(answer) };
  },
});
