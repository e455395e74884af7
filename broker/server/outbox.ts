import type { Writable } from "node:stream";

/** Gathers what is to be written, and writes it once a turn of the event loop: one system call. */
export class Outbox {
  readonly #stream: Writable;
  #chunks: Buffer[] = [];
  #ifLost: (() => void)[] = [];

  readonly #flushLater = () => this.flush();

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /** @param ifLost is called when the bytes could not be handed to the system */
  add(bytes: Buffer, ifLost?: () => void): void {
    if (this.#chunks.length === 0) process.nextTick(this.#flushLater);
    this.#chunks.push(bytes);
    if (ifLost !== undefined) this.#ifLost.push(ifLost);
  }

  flush(): void {
    if (this.#chunks.length === 0) return;
    const [first] = this.#chunks;
    const bytes = first && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    this.#chunks = [];
    if (this.#ifLost.length === 0) {
      this.#stream.write(bytes);
      return;
    }
    const ifLost = this.#ifLost;
    this.#ifLost = [];
    this.#stream.write(bytes, (error) => {
      if (error) for (const tell of ifLost) tell();
    });
  }
}
