import type { LeasedJob } from "../protocol/commands/beat.ts";
import type { RunningJob } from "./running-job.ts";

/** What a heartbeat is told: which leases it is to renew from now on, and which no longer. */
export type LeaseChange = { hold: LeasedJob[] } | { release: LeasedJob[] };

/** So often a second the heartbeat is told at once; who does more than that does not keep JavaScript busy. */
const AT_ONCE_A_SECOND = 20;

/** And else after so long: far less than any lease. */
const SOON_MS = 50;

/** The leases of the jobs that a worker has, from their arrival until the server knows how they ended. */
export class HeldLeases {
  readonly #held = new Map<string, RunningJob>();
  readonly #tell: (change: LeaseChange) => void;
  /** What the heartbeat is still to be told. */
  #toHold: RunningJob[] = [];
  #toRelease: LeasedJob[] = [];
  #willTell = false;
  /** Since when so many have been told at once. */
  #second = { beganAt: 0, count: 0 };
  #isAtRisk = false;

  /** @param tell the heartbeat */
  constructor(tell: (change: LeaseChange) => void) {
    this.#tell = tell;
  }

  /**
   * Jobs that have come together. Their handlers may keep JavaScript busy, so the heartbeat is told first;
   * but where very many come and go it is told now and then, and of most it need not hear at all.
   */
  hold(jobs: readonly RunningJob[]): void {
    for (const running of jobs) {
      if (running.job.lease === undefined) continue;
      this.#held.set(running.job.jid, running);
      this.#toHold.push(running);
    }
    if (this.#toHold.length === 0) return;
    if (this.#mayTellAtOnce()) this.#tellNow();
    else this.#tellSoon();
  }

  /** The server knows how it ended. */
  release(running: RunningJob): void {
    const { jid, lease } = running.job;
    if (lease === undefined) return;
    // The same job may have come again meanwhile.
    if (this.#held.get(jid) === running) this.#held.delete(jid);
    this.#toRelease.push({ jid, token: lease });
    this.#tellSoon();
  }

  #mayTellAtOnce(): boolean {
    const now = performance.now();
    if (now - this.#second.beganAt >= 1_000) this.#second = { beganAt: now, count: 0 };
    return this.#second.count++ < AT_ONCE_A_SECOND;
  }

  #tellSoon(): void {
    if (this.#willTell) return;
    this.#willTell = true;
    setTimeout(() => {
      this.#willTell = false;
      this.#tellNow();
    }, SOON_MS).unref();
  }

  #tellNow(): void {
    const hold = this.#toHold
      .filter(({ job }) => this.#held.get(job.jid)?.job === job)
      .map(leaseOf);
    const release = this.#toRelease;
    this.#toHold = [];
    this.#toRelease = [];
    if (release.length > 0) this.#tell({ release });
    if (hold.length > 0) this.#tell({ hold });
  }

  all(): LeasedJob[] {
    return [...this.#held.values()].map(leaseOf);
  }

  /** The server has taken these away. Some may have ended on the way. */
  lose(jids: readonly string[]): void {
    for (const jid of jids) this.#held.get(jid)?.lose();
  }

  /** Whether leases are about to end, since no heartbeat has arrived for most of their time. */
  get isAtRisk(): boolean {
    return this.#isAtRisk;
  }

  /** @returns the jobs that this is about */
  noteRisk(isAtRisk: boolean): RunningJob[] {
    this.#isAtRisk = isAtRisk;
    return [...this.#held.values()];
  }
}

function leaseOf({ job: { jid, lease = 0 } }: RunningJob): LeasedJob {
  return { jid, token: lease };
}
