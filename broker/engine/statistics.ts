/** What a broker counts of itself since it started, for INFO. */
export class Statistics {
  readonly startedAt: number;
  /** Connections that have identified themselves and are still there. */
  connections = 0;
  commands = 0;
  promoter = { cycles: 0, scheduled: 0, retries: 0, wallTimeMs: 0 };
  purger = { cycles: 0, purged: 0, wallTimeMs: 0 };
  /** Reservations that ran out. */
  expired = 0;
  /** Runs that were stalled. */
  stalled = 0;
  /** Batches that were begun. */
  begun = 0;
  /** Workers that were forgotten. */
  forgotten = 0;

  constructor(startedAt: number) {
    this.startedAt = startedAt;
  }

  /** Forgets what was counted of jobs: they have all been deleted. */
  reset(): void {
    this.promoter = { cycles: 0, scheduled: 0, retries: 0, wallTimeMs: 0 };
    this.purger = { cycles: 0, purged: 0, wallTimeMs: 0 };
    this.expired = 0;
    this.stalled = 0;
    this.begun = 0;
  }
}
