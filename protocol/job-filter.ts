/** Which jobs. FWP: jids count alone; pattern and jobtype must both fit; without any, all jobs fit. */
export interface JobFilter {
  jids: string[];
  /** A glob on the job's whole text, or an empty string. FWP calls it a regexp. */
  pattern: string;
  jobtype: string;
}
