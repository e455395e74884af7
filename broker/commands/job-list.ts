import {
  encodeListedJobs,
  JOB_LIST_USAGE,
  parseJobList,
} from "../../protocol/commands/job-list.ts";
import { bulk } from "../../protocol/reply.ts";
import { command } from "./command.ts";
import { OUTLINE } from "./outline.ts";

export const jobList = command({
  verb: "JOB LIST",
  usage: JOB_LIST_USAGE,
  summary: "Lists jobs, page by page.",
  replies: [
    ['${"jobs":[{"jid":"…",…},…],"cursor":"…"}', "a page, and where the next begins"],
    ['${"jobs":[…]}', "the last page; only the missing cursor says so"],
    ["-ERR invalid JOB LIST: …", "not an object of these members, or what is wrong with one"],
    ["-ERR cannot get … queue: …", "no queue can have this name"],
  ],
  states: ["identified"],
  parse: parseJobList,
  run: async (filter, { engine, parser, clock }) => {
    const { entries, cursor } = await engine.jobList.page(filter, (text) =>
      parser.parse(OUTLINE, text, clock.now()),
    );
    return { reply: bulk(encodeListedJobs(entries, cursor)) };
  },
});
