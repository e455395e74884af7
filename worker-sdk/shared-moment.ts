/** A moment that one thread notes and others read, by the one clock that they all have. */
export class SharedMoment {
  readonly memory: SharedArrayBuffer;
  readonly #time: BigInt64Array;

  /** @param memory of one that another thread has made. A new one is now. */
  constructor(memory?: SharedArrayBuffer) {
    this.memory = memory ?? new SharedArrayBuffer(8);
    this.#time = new BigInt64Array(this.memory);
    if (memory === undefined) this.note(SharedMoment.now());
  }

  static now(): bigint {
    return process.hrtime.bigint();
  }

  note(time: bigint): void {
    Atomics.store(this.#time, 0, time);
  }

  get agoMs(): number {
    return Number(SharedMoment.now() - Atomics.load(this.#time, 0)) / 1e6;
  }
}
