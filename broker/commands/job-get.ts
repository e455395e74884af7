import {
  encodeJobDescription,
  JOB_GET_USAGE,
  parseJobGet,
} from "../../protocol/commands/job-get.ts";
import { bulk } from "../../protocol/reply.ts";
import { describeJob } from "../engine/catalogue.ts";
import { command, missing } from "./command.ts";
import { OUTLINE } from "./outline.ts";

export const jobGet = command({
  verb: "JOB GET",
  usage: JOB_GET_USAGE,
  summary: "Tells all that is known of a job.",
  replies: [
    ['${"jid":"…","state":"…",…,"job":{…}}', "where it is, how it came there, and the job itself"],
    ["-ERR Job not found <jid>", "there is none: unknown, done, or deleted"],
    ["-ERR job <jid> …", "this broker can't read what is kept of it"],
    ["-ERR … jid …", "that is no jid; one with a space in it is written as a JSON string"],
  ],
  states: ["identified"],
  missingArgument: missing(JOB_GET_USAGE),
  isPipelined: true,
  parse: parseJobGet,
  run: async (jid, { engine, parser, clock }) => {
    const found = await engine.catalogue.get(jid);
    const outline = await parser.parse(OUTLINE, found.text, clock.now());
    return { reply: bulk(encodeJobDescription(describeJob(found, outline))) };
  },
});
