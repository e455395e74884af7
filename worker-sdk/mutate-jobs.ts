import { encodeMutate, type MutateAction, type MutateTarget } from "../protocol/commands/mutate.ts";
import type { CallOptions, ClientLink } from "./link.ts";

/** Which jobs of a set: those that fit all that is named; jids, where there are any, count alone. */
export interface JobSelection {
  jids?: readonly string[];
  type?: string;
  /** A glob that is compared with the job's whole JSON text: `*"a@example.com"*`. */
  pattern?: string;
}

/**
 * Does something to all jobs of a set, or to those that are selected. FWP: MUTATE. It is not repeated when
 * its reply is lost, since other jobs may fit by then.
 * @throws RangeError for a selection that names nothing
 */
export async function mutateJobs(
  link: ClientLink,
  action: MutateAction,
  target: MutateTarget,
  which: JobSelection | undefined,
  options?: CallOptions,
): Promise<void> {
  const { jids = [], type: jobtype = "", pattern = "" } = which ?? {};
  // FWP: without a filter it is all jobs of the set, which nobody means by an empty selection.
  if (which !== undefined && jids.length === 0 && jobtype === "" && pattern === "") {
    throw new RangeError(`${action} of no jobs: name jids, a type or a pattern, "*" for all`);
  }
  const filter = { jids: [...jids], pattern, jobtype };
  const line = encodeMutate({ action, target, filter });
  await link.call(line, { ...options, isRepeatable: false });
}
