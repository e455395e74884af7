import type { LeasedJob } from "../protocol/commands/beat.ts";
import { MAX_ID_BYTES } from "../protocol/limits.ts";

/** So many leases a table holds: most workers need one. */
const PLACES = 256;

/** A version, a length and a token a place, and then the jids. */
const TABLE_BYTES = PLACES * (4 + 4 + 8 + MAX_ID_BYTES);

/**
 * Leases in memory that two threads share. The worker's writes a job down before its handler is called;
 * the heartbeat's reads it, also while that handler keeps JavaScript busy. So nothing need be sent for a
 * job: most are over before the next beat.
 *
 * A place is taken while its version is odd. Who reads one looks at the version before and after.
 */
export class LeaseTable {
  readonly memory: SharedArrayBuffer;
  readonly #versions: Int32Array;
  readonly #lengths: Int32Array;
  readonly #tokens: Float64Array;
  readonly #jids: Buffer;
  /** Known to who writes. The last one freed is taken first: its memory is at hand. */
  readonly #free = Array.from({ length: PLACES }, (_, place) => PLACES - 1 - place);

  /** @param memory of a table that another thread has made; here it is only read */
  constructor(memory = new SharedArrayBuffer(TABLE_BYTES)) {
    this.memory = memory;
    this.#tokens = new Float64Array(memory, 0, PLACES);
    this.#versions = new Int32Array(memory, PLACES * 8, PLACES);
    this.#lengths = new Int32Array(memory, PLACES * 12, PLACES);
    this.#jids = Buffer.from(memory, PLACES * 16);
  }

  /** Returns its place, or nothing when all are taken. A jid that no millrace would take is cut. */
  add({ jid, token }: LeasedJob): number | undefined {
    const place = this.#free.pop();
    if (place === undefined) return undefined;
    this.#tokens[place] = token;
    this.#lengths[place] = this.#jids.write(jid, place * MAX_ID_BYTES, MAX_ID_BYTES);
    Atomics.add(this.#versions, place, 1);
    return place;
  }

  delete(place: number): void {
    Atomics.add(this.#versions, place, 1);
    this.#free.push(place);
  }

  /** What is held now. One that comes or goes meanwhile may be left out. */
  read(): LeasedJob[] {
    const held: LeasedJob[] = [];
    for (let place = 0; place < PLACES; place++) {
      const lease = this.#readPlace(place);
      if (lease !== undefined) held.push(lease);
    }
    return held;
  }

  #readPlace(place: number): LeasedJob | undefined {
    const version = Atomics.load(this.#versions, place);
    if (version % 2 === 0) return undefined;
    const start = place * MAX_ID_BYTES;
    const jid = this.#jids.toString("utf8", start, start + (this.#lengths[place] ?? 0));
    const token = this.#tokens[place] ?? 0;
    return Atomics.load(this.#versions, place) === version ? { jid, token } : undefined;
  }
}
