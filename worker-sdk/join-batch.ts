import { inspect } from "node:util";
import type { OutgoingJob } from "./outgoing-job.ts";

/**
 * Makes a job one of a batch. FWP: `custom.bid` says so.
 * @throws RangeError for one that says itself that it is in another
 */
export function joinBatch(job: OutgoingJob, bid: string): OutgoingJob {
  const own = job.custom?.["bid"];
  if (own === bid) return job;
  if (own === undefined || own === null) return { ...job, custom: { ...job.custom, bid } };
  throw new RangeError(
    `job ${job.jid} is pushed into ${bid}, and its custom.bid is ${inspect(own)}`,
  );
}
