import type { HeldLeases } from "./held-leases.ts";
import type { RunningJob } from "./running-job.ts";
import type { SharedMoment } from "./shared-moment.ts";

/** Where a lease is at risk: there is some time left to do something about it. */
const RISK = 2 / 3;

/** So often a lease it is looked whether any is: so the alarm comes when at most 70 % of its time is over. */
const LOOKS_A_LEASE = 30;

export interface LeaseAlarmOptions {
  leases: HeldLeases;
  leaseMs: number;
  /** When the last heartbeat that arrived was sent. */
  renewed: SharedMoment;
  /** Takes the jobs whose leases have come to be at risk. */
  onRisk: (jobs: RunningJob[]) => void;
}

/** Tells when leases are about to end, since no heartbeat has arrived for most of their time. */
export class LeaseAlarm {
  readonly #options: LeaseAlarmOptions;
  #timer: NodeJS.Timeout | undefined;
  readonly #told = new Set<RunningJob>();

  constructor(options: LeaseAlarmOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), this.#options.leaseMs / LOOKS_A_LEASE);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Right also while JavaScript is so busy that nobody could be told. */
  isAtRisk(running: RunningJob): boolean {
    return this.#isRenewalLate && running.ageMs >= this.#riskMs;
  }

  get #riskMs(): number {
    return this.#options.leaseMs * RISK;
  }

  get #isRenewalLate(): boolean {
    return this.#options.renewed.agoMs >= this.#riskMs;
  }

  #look(): void {
    if (!this.#isRenewalLate) {
      // So that they are told of again, should it be so again.
      this.#told.clear();
      return;
    }
    const atRisk = [...this.#options.leases.running()].filter(
      (running) => this.isAtRisk(running) && !this.#told.has(running),
    );
    for (const running of atRisk) this.#told.add(running);
    if (atRisk.length > 0) this.#options.onRisk(atRisk);
  }
}
