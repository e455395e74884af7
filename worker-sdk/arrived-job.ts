import { scanJson } from "../protocol/json.ts";
import { mayHaveLargeIntegers } from "./json-text.ts";

/** A job as it came from the server. */
export interface ArrivedJob {
  /** By JSON.parse, so that integers beyond 2^53 are rounded. */
  parsed: unknown;
  /** Its text, only where it may have such integers. */
  text: string | undefined;
}

/** The reply to FETCH. */
export function readArrivedJob(body: Buffer): ArrivedJob {
  const text = body.toString();
  return { parsed: JSON.parse(text), text: mayHaveLargeIntegers(text) ? text : undefined };
}

/** The reply to FETCHB. */
export function readArrivedJobs(body: Buffer): ArrivedJob[] {
  const text = body.toString();
  if (mayHaveLargeIntegers(text)) {
    const { elements } = scanJson(body);
    return elements.map(({ start, end }) => readArrivedJob(body.subarray(start, end)));
  }
  const jobs: unknown = JSON.parse(text);
  if (!Array.isArray(jobs)) throw new TypeError("FETCHB was answered with something else");
  return jobs.map((parsed: unknown) => ({ parsed, text: undefined }));
}
