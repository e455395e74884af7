import { formatTimestamp } from "./timestamp.ts";

/** FWP: TRACK SET, what is told of the progress of a job. What is left out stays as it was told before. */
export interface ProgressReport {
  jid: string;
  /** As it was told: 0 to 100 is meant, and FWP does not check it. */
  percent?: number;
  desc?: string;
  /** The job is reserved until then, in epoch milliseconds, if it is not for longer already. */
  reserveUntil?: number;
  /** Of the lease that the worker has: see Hello.leaseSeconds. */
  token?: number;
  /** Millrace's own: what there is of a result so far, any JSON, kept byte for byte. */
  result?: Buffer;
  /** Millrace's own: when no more is told of the job for so long, it is stalled; 0 for never. */
  stall?: { seconds: number; policy: StallPolicy };
}

export const STALL_POLICIES = ["warn", "cancel", "retry"] as const;

/** It is only noted; or the job is called off; or it has failed. */
export type StallPolicy = (typeof STALL_POLICIES)[number];

/** Where a tracked job is, in FWP's words. Its clients know no others. */
export type TrackState = "unknown" | "enqueued" | "working" | "success" | "failed" | "dead";

/** What was told of the progress of a job; times are epoch milliseconds. */
export interface Progress {
  percent?: number | undefined;
  desc?: string | undefined;
  /** When something of it changed last; undefined for a job of which nothing is known. */
  updatedAt?: number | undefined;
  /** Grows with each TRACK SET. */
  seq?: number | undefined;
  /** JSON, as it was told. */
  result?: Buffer | undefined;
  /** Since when the run is stalled that is under way, or was last. */
  stalledAt?: number | undefined;
}

/** What TRACK GET answers. */
export interface TrackedJob extends Progress {
  jid: string;
  state: TrackState;
}

/** As it stands in the answer to JOB GET. */
export function encodeProgress({ result, ...progress }: Progress): string {
  const { percent, desc, updatedAt, seq, stalledAt } = progress;
  const members = {
    percent,
    desc,
    updated_at: updatedAt === undefined ? undefined : formatTimestamp(updatedAt),
    seq,
    stalled_at: stalledAt === undefined ? undefined : formatTimestamp(stalledAt),
  };
  return withResult(members, result);
}

/** An object with a result spliced in as it is: it need not survive JSON.parse. */
export function withResult(members: object, result: Buffer | undefined): string {
  const object = JSON.stringify(members);
  if (result === undefined) return object;
  return `${object.slice(0, -1)},"result":${result.toString()}}`;
}
