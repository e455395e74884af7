import { family } from "./family.ts";
import { jobGet } from "./job-get.ts";

export const job = family("JOB", "Tells of single jobs.", [jobGet]);
