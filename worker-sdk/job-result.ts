import { MAX_RESULT_BYTES } from "../protocol/limits.ts";
import { encodeJson } from "./json-text.ts";

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
