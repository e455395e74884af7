import { MAX_KEEP_SECONDS, MAX_RESULT_BYTES } from "../protocol/limits.ts";
import { encodeJson } from "./json-text.ts";

export interface ResultOptions {
  /** For how long it is kept, and the job with it: whole seconds, 3,600 by default, a month at the most. */
  keepForSeconds?: number | undefined;
}

/** What is to be kept of a job that is done. */
export interface KeptResult {
  result: Buffer;
  keepForSeconds?: number;
}

/** @throws TypeError or RangeError for what can't be kept, or not for so long */
export function keptResult(result: unknown, { keepForSeconds }: ResultOptions = {}): KeptResult {
  const kept = { result: encodeResult(result) };
  if (keepForSeconds === undefined) return kept;
  if (Number.isInteger(keepForSeconds) && keepForSeconds >= 1 && keepForSeconds <= MAX_KEEP_SECONDS)
    return { ...kept, keepForSeconds };
  throw new RangeError(
    `keepForSeconds is a whole number from 1 to ${MAX_KEEP_SECONDS}, not ${keepForSeconds}`,
  );
}

/**
 * The JSON of what came of a job, or came of it so far.
 * @throws TypeError for what JSON does not have, or null, which is no result; RangeError for too much
 */
export function encodeResult(result: unknown): Buffer {
  // For undefined and functions it is none.
  const text: unknown = encodeJson(result);
  if (typeof text !== "string" || text === "null") {
    throw new TypeError(`a result is something that JSON has, not ${String(result)}`);
  }
  const json = Buffer.from(text);
  if (json.length <= MAX_RESULT_BYTES) return json;
  throw new RangeError(
    `a result has at most ${MAX_RESULT_BYTES} bytes of JSON, and this one has ${json.length}`,
  );
}
