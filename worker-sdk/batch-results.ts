import { ask } from "./ask.ts";
import { decodeJson } from "./json-text.ts";
import type { CallOptions, ClientLink } from "./link.ts";
import { findText, listOf, objectOf, textOf } from "./read-members.ts";
import { type StandardSchema, validateResult } from "./standard-schema.ts";

/** What came of a job of a batch. */
export interface BatchResult<Result = unknown> {
  readonly jid: string;
  /** As its handler has told it; integers beyond 2^53 are bigints. */
  readonly result: Result;
}

/** What has to be told of results that are not to be `unknown`. */
export interface ResultSchema<Result> {
  /** What they have to be. */
  schema: StandardSchema<unknown, Result>;
}

/** Asked for with a schema, results are what that gives; otherwise they are unknown. */
export type ResultsOptions = CallOptions & Partial<ResultSchema<unknown>>;

export type BatchResults<Result = unknown> = AsyncGenerator<BatchResult<Result>, void, undefined>;

/**
 * Goes through what came of the jobs of batches, in no order, a page at a time. FWP has no such thing: BATCH
 * RESULTS is millrace's own.
 * @throws InvalidResult where there is a schema
 */
export async function* readResults(
  link: ClientLink,
  bids: readonly string[],
  { schema, ...options }: ResultsOptions = {},
): BatchResults {
  for (const bid of bids) {
    let cursor: string | undefined = "0";
    while (cursor !== undefined) {
      const reply = await ask(link, `BATCH RESULTS ${bid} ${cursor}`, options);
      const page = objectOf(decodeJson(reply, "exact"));
      for (const told of listOf(page["results"])) {
        const { jid: name, result } = objectOf(told);
        const jid = textOf(name, "");
        yield { jid, result: schema ? await validateResult(schema, jid, result) : result };
      }
      cursor = findText(page["cursor"]);
    }
  }
}
