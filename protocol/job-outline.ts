import { readJob } from "./job.ts";
import { findTags } from "./tags.ts";

/** What a job's own text tells of it, for those who look at it and do not run it. */
export interface JobOutline {
  jobtype: string;
  /** Undefined for a job without tags. */
  tags: string[] | undefined;
  /** As the client wrote it, or as it was added. */
  createdAt: string | undefined;
}

/** @param text of a job that is stored, so that it is known to be one */
export function readOutline(text: Buffer): JobOutline {
  const { members } = readJob(text);
  const tags = members.custom && findTags(text.subarray(members.custom.start, members.custom.end));
  return { jobtype: members.jobtype ?? "", tags, createdAt: members.created_at };
}
