import type { Store } from "../../broker/store/store.ts";
import { until } from "./until.ts";

/** What answers by itself; the parts of a store, queues and waiting, are left as they are. */
type Method = Exclude<keyof Store, "onNotice" | "queues" | "waiting">;

/** A real store with somebody in between who counts its calls, and fails or delays some of them. */
export class FlakyStore {
  readonly store: Store;
  readonly #calls = new Map<string, number>();
  readonly #failures = new Map<string, Error>();
  readonly #gates = new Map<string, { opened: Promise<void>; held: number }>();
  #underWay = 0;

  constructor(real: Store) {
    this.store = new Proxy(real, {
      get: (target, name: keyof Store) => {
        if (name === "queues" || name === "waiting") return target[name];
        const method = target[name].bind(target) as (...parameters: unknown[]) => Promise<unknown>;
        if (name === "onNotice") return method;
        return (...parameters: unknown[]) => this.#run(name, () => method(...parameters));
      },
    });
  }

  /** How often a method has been called. */
  calls(method: Method): number {
    return this.#calls.get(method) ?? 0;
  }

  /** Fails one call to come: the next, or the n-th. It does not reach the real store. */
  fail(method: Method, error: Error, nth = 1): void {
    this.#failures.set(`${method} ${this.calls(method) + nth}`, error);
  }

  /** From now on the method does its work, but its answers are held until the test lets them go. */
  hold(method: Method): () => void {
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    this.#gates.set(method, { opened, held: 0 });
    return () => {
      this.#gates.delete(method);
      open();
    };
  }

  /** Waits until so many answers are held. */
  async untilHeld(method: Method, count = 1): Promise<void> {
    await until(() => this.#gates.get(method)?.held === count, { what: `${method} is held` });
  }

  /** Waits until nothing is under way, nor follows at once from what was. */
  async untilIdle(): Promise<void> {
    await until(() => this.#underWay === 0, { what: "the store is idle" });
    await new Promise(setImmediate);
    if (this.#underWay > 0) await this.untilIdle();
  }

  async #run(method: Method, call: () => Promise<unknown>): Promise<unknown> {
    const count = this.calls(method) + 1;
    this.#calls.set(method, count);
    this.#underWay++;
    try {
      const failure = this.#failures.get(`${method} ${count}`);
      if (failure !== undefined) throw failure;
      const result = await call();
      const gate = this.#gates.get(method);
      if (gate !== undefined) gate.held++;
      await gate?.opened;
      return result;
    } finally {
      this.#underWay--;
    }
  }
}
