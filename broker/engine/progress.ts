import type { ProgressReport, TrackedJob, TrackState } from "../../protocol/progress.ts";
import type { JobProgress, Store } from "../store/store.ts";
import { staleLease } from "./stale-lease.ts";

/** FWP knows fewer places than there are. */
const STATES: Record<NonNullable<JobProgress["state"]>, TrackState> = {
  enqueued: "enqueued",
  scheduled: "enqueued",
  working: "working",
  retries: "failed",
  dead: "dead",
  cancelled: "dead",
  done: "success",
  success: "success",
  failed: "failed",
};

/** What running jobs tell of themselves, and what others are told of them. FWP: TRACK. */
export class Progress {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** FWP: it is kept for whatever jid, known or not. */
  async note(report: ProgressReport): Promise<void> {
    const { jid, token } = report;
    const isNoted = await this.#store.progress.note(report);
    if (!isNoted) throw await staleLease(this.#store, jid, token);
  }

  /** FWP: of a job of which nothing is known, the state is unknown, and that is no error. */
  async find(jid: string): Promise<TrackedJob> {
    const { state, ...told } = await this.#store.progress.find(jid);
    return { jid, state: state === undefined ? "unknown" : STATES[state], ...told };
  }
}
