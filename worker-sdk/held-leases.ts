import type { CalledOffJob } from "../protocol/called-off-job.ts";
import type { LeasedJob } from "../protocol/commands/beat.ts";
import { LeaseTable } from "./lease-table.ts";
import type { RunningJob } from "./running-job.ts";

/** A job whose lease is renewed, and where that is written down. */
interface Held {
  running: RunningJob;
  table: LeaseTable;
  place: number;
}

/** The leases of the jobs that a worker has, from their arrival until the server knows how they ended. */
export class HeldLeases {
  readonly #held = new Map<string, Held>();
  readonly #tables: LeaseTable[] = [];
  readonly #onTable: (memory: SharedArrayBuffer) => void;

  /** @param onTable tells the heartbeat of a table that it is to read from now on */
  constructor(onTable: (memory: SharedArrayBuffer) => void) {
    this.#onTable = onTable;
  }

  /** From now on it is renewed, whatever its handler does to JavaScript. */
  hold(running: RunningJob): void {
    const { jid, lease: token } = running.job;
    if (token === undefined) return;
    const earlier = this.#held.get(jid);
    // The server had taken it away, and has now given it to this worker once more.
    if (earlier !== undefined) this.#lose(earlier);
    this.#held.set(jid, { running, ...this.#write({ jid, token }) });
  }

  /** The server knows how it ended. */
  release(running: RunningJob): void {
    const held = this.#held.get(running.job.jid);
    if (held?.running === running) this.#forget(held);
  }

  /** The server has taken these away. Some may have ended on the way. */
  lose(leases: readonly LeasedJob[]): void {
    for (const lease of leases) {
      const held = this.#find(lease);
      if (held !== undefined) this.#lose(held);
    }
  }

  /** These were called off. They are renewed until they have ended. */
  cancel(jobs: readonly CalledOffJob[]): void {
    for (const job of jobs) this.#find(job)?.running.cancel(job);
  }

  get size(): number {
    return this.#held.size;
  }

  *running(): Generator<RunningJob> {
    for (const { running } of this.#held.values()) yield running;
  }

  #find({ jid, token }: Pick<CalledOffJob, "jid" | "token">): Held | undefined {
    const held = this.#held.get(jid);
    return held?.running.job.lease === token ? held : undefined;
  }

  #lose(held: Held): void {
    this.#forget(held);
    held.running.lose();
  }

  #forget({ running, table, place }: Held): void {
    this.#held.delete(running.job.jid);
    table.delete(place);
  }

  #write(lease: LeasedJob): { table: LeaseTable; place: number } {
    for (const table of this.#tables) {
      const place = table.add(lease);
      if (place !== undefined) return { table, place };
    }
    const table = new LeaseTable();
    this.#tables.push(table);
    this.#onTable(table.memory);
    return this.#write(lease);
  }
}
