/** A number of places, taken one by one; who waits is served in order. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Takes one, at once or when it is free. False when one of the signals fired before. */
  acquire(...signals: readonly AbortSignal[]): Promise<boolean> {
    if (signals.some(({ aborted }) => aborted)) return Promise.resolve(false);
    if (this.takeFree(1) === 1) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (isTaken: boolean) => {
        for (const signal of signals) signal.removeEventListener("abort", leave);
        resolve(isTaken);
      };
      const take = () => end(true);
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1);
        end(false);
      };
      this.#waiting.push(take);
      for (const signal of signals) signal.addEventListener("abort", leave);
    });
  }

  /** Takes what is free now, up to so many; returns how many. */
  takeFree(most: number): number {
    const taken = Math.min(most, this.#free);
    this.#free -= taken;
    return taken;
  }

  giveBack(count = 1): void {
    for (let index = 0; index < count; index++) {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
