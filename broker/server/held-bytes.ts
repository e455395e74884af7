/** Who holds less than this is never refused: then small commands get through, whatever others do. */
const SMALL_BYTES = 2 ** 16;

/** The lines that all connections hold, whole ones and parts: how many bytes they are together. */
export class HeldBytes {
  /** They may be so many. May be changed at any time. */
  max: number;
  #total = 0;

  constructor(max: number) {
    this.max = max;
  }

  /** For one connection to say how much it holds. */
  share(): HeldShare {
    let held = 0;
    return {
      set: (bytes) => {
        this.#total += bytes - held;
        held = bytes;
      },
      isTooMuch: () => held > SMALL_BYTES && this.#total > this.max,
    };
  }
}

export interface HeldShare {
  set(bytes: number): void;
  /** Whether there is no room for what this connection holds. */
  isTooMuch(): boolean;
}
