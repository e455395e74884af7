import { family } from "./family.ts";
import { jobCancel } from "./job-cancel.ts";
import { jobFigures } from "./job-figures.ts";
import { jobGet } from "./job-get.ts";
import { jobTag } from "./job-tag.ts";

export const job = family("JOB", "Tells of jobs, and calls them off.", [
  jobGet,
  jobCancel,
  jobTag,
  jobFigures,
]);
