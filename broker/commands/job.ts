import { family } from "./family.ts";
import { jobCancel } from "./job-cancel.ts";
import { jobGet } from "./job-get.ts";
import { jobTag } from "./job-tag.ts";

export const job = family("JOB", "Tells of single jobs, and calls them off.", [
  jobGet,
  jobCancel,
  jobTag,
]);
