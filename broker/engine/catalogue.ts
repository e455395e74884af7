import type { JobDescription } from "../../protocol/commands/job-get.ts";
import { CommandError, echo } from "../../protocol/errors.ts";
import { encodeFetchedJob } from "../../protocol/job.ts";
import type { JobOutline } from "../../protocol/job-outline.ts";
import type { FoundJob, Store, StoredJob } from "../store/store.ts";

/** Single jobs, as somebody sees them who looks for one. */
export class Catalogue {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async get(jid: string): Promise<FoundJob> {
    const found = await this.#store.catalogue.find(jid);
    if (found === undefined) throw new CommandError(`Job not found ${echo(jid)}`);
    return found;
  }
}

/** @param outline what its text tells of it */
export function describeJob(found: FoundJob, outline: JobOutline): JobDescription {
  const { jid, queue, runs, enqueuedAt, dueAt, endedAt, failure, attempts } = found;
  const { reservation, result, forgetAt, cancel, progress } = found;
  return {
    jid,
    state: stateOf(found),
    queue,
    ...outline,
    attempt: attemptOf(found),
    runs,
    enqueuedAt,
    dueAt,
    wid: reservation?.wid || undefined,
    token: reservation?.token,
    endsAt: reservation?.endsAt,
    startedAt: reservation?.reservedAt,
    endedAt,
    failure,
    attempts,
    result,
    forgetAt,
    cancel,
    progress,
    job: encodeFetchedJob(found),
  };
}

function stateOf({ state, cancel, isStalled }: FoundJob): JobDescription["state"] {
  if (state !== "working") return state;
  if (cancel !== undefined) return "cancelling";
  return isStalled ? "stalled" : state;
}

/** The number of the run that comes next, or is under way. FWP counts the failures after the first. */
export function attemptOf({ failure }: StoredJob): number {
  return failure === undefined ? 1 : failure.retryCount + 2;
}
