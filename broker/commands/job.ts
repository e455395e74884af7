import { family } from "./family.ts";
import { jobCancel } from "./job-cancel.ts";
import { jobDelete } from "./job-delete.ts";
import { jobFigures } from "./job-figures.ts";
import { jobGet } from "./job-get.ts";
import { jobList } from "./job-list.ts";
import { jobRetry } from "./job-retry.ts";
import { jobTag } from "./job-tag.ts";

export const job = family(
  "JOB",
  "Tells of jobs, lists them, calls them off, moves or deletes them.",
  [jobGet, jobList, jobRetry, jobDelete, jobCancel, jobTag, jobFigures],
);
