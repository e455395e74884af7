import { JOB_TAG_USAGE, parseJobTag } from "../../protocol/commands/job-tag.ts";
import { bulk } from "../../protocol/reply.ts";
import { encodeTagDescription } from "../../protocol/tag-description.ts";
import { command, missing } from "./command.ts";

export const jobTag = command({
  verb: "JOB TAG",
  usage: JOB_TAG_USAGE,
  summary: "Tells how many jobs have a tag, and whether they were called off.",
  replies: [
    ['${"tag":"…","jobs":…}', "so many wait or run"],
    ['${…,"cancel":{"state":"…",…,"waiting":…,"running":…}}', "they are, or were, called off"],
    ["-ERR … tag …", "no job can have this tag"],
  ],
  states: ["identified"],
  missingArgument: missing(JOB_TAG_USAGE),
  isPipelined: true,
  parse: parseJobTag,
  run: async (tag, { engine: { cancellations } }) => {
    const { live, cancellation } = await cancellations.findTag(tag);
    return { reply: bulk(encodeTagDescription(tag, live, cancellation)) };
  },
});
