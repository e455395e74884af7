import type { BatchResults, ResultSchema, ResultsOptions } from "./batch-results.ts";
import type { CallOptions } from "./link.ts";
import type { PreviousResults } from "./previous-results.ts";
import { validateResult } from "./standard-schema.ts";

/** Takes the place of the results of a stage in a test: as JSON has them, of jobs that have no names. */
export function fakeResults(results: readonly unknown[]): PreviousResults {
  function previousResults(options?: CallOptions): BatchResults;
  function previousResults<Result>(
    options: CallOptions & ResultSchema<Result>,
  ): BatchResults<Result>;
  async function* previousResults({ schema }: ResultsOptions = {}): BatchResults {
    for (const [index, given] of results.entries()) {
      const jid = `previous-${index}`;
      const result: unknown = JSON.parse(JSON.stringify(given));
      yield { jid, result: schema ? await validateResult(schema, jid, result) : result };
    }
  }
  return previousResults;
}
