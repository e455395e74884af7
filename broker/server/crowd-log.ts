import type { CancelTimer, Clock } from "../clock.ts";
import type { LogFields, Logger } from "../logger.ts";

/** Often enough to see how things go, seldom enough for a log that stays small under attack. */
const PERIOD_MS = 10_000;

type Level = "warn" | "error";

interface Period {
  /** How many have been held back. */
  count: number;
  latest: LogFields;
  cancel: CancelTimer;
}

/**
 * Logs what strangers can cause as often as they like: the first of each event at once, then no
 * more than a line in ten seconds, with how many there were meanwhile.
 */
export class CrowdLog {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #periods = new Map<string, Period>();

  constructor(log: Logger, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  note(level: Level, fields: LogFields): void {
    const period = this.#periods.get(fields.event);
    if (period === undefined) {
      this.#log[level](fields);
      this.#begin(level, fields);
    } else {
      period.count++;
      period.latest = fields;
    }
  }

  /** Nothing more is logged. Safe to call twice. */
  stop(): void {
    for (const { cancel } of this.#periods.values()) cancel();
  }

  #begin(level: Level, latest: LogFields): void {
    const cancel = this.#clock.after(PERIOD_MS, () => this.#end(level, latest.event));
    this.#periods.set(latest.event, { count: 0, latest, cancel });
  }

  #end(level: Level, event: string): void {
    const { count = 0, latest = { event } } = this.#periods.get(event) ?? {};
    this.#periods.delete(event);
    if (count === 0) return;
    this.#log[level]({ ...latest, count });
    this.#begin(level, latest);
  }
}
