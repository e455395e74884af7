import type { BatchStore } from "../../broker/store/batch-store.ts";
import type {
  CancelStore,
  CatalogueStore,
  FigureStore,
  ProgressStore,
  QueueStore,
  Store,
  WaitingStore,
} from "../../broker/store/store.ts";
import { until } from "./until.ts";

const NOT_PROMISING = new Set<string>(["onNotice", "scan", "handedTo"]);

/** Not methods, or none that answer with a promise. */
type Others = "onNotice" | (typeof PARTS)[number] | "scan" | "handedTo";

type Names<Part> = Exclude<keyof Part, Others> & string;

/** `push`, or a part's `waiting.firstDue`. */
type Method =
  | Names<Store>
  | `queues.${Names<QueueStore>}`
  | `waiting.${Names<WaitingStore>}`
  | `catalogue.${Names<CatalogueStore>}`
  | `cancels.${Names<CancelStore>}`
  | `progress.${Names<ProgressStore>}`
  | `figures.${Names<FigureStore>}`
  | `batches.${Names<BatchStore>}`;

const PARTS = [
  "queues",
  "waiting",
  "catalogue",
  "cancels",
  "progress",
  "figures",
  "batches",
] as const;

/** A real store with somebody in between who counts its calls, and fails or delays some of them. */
export class FlakyStore {
  readonly store: Store;
  readonly #calls = new Map<string, number>();
  readonly #failures = new Map<string, Error>();
  readonly #gates = new Map<string, { opened: Promise<void>; held: number }>();
  #underWay = 0;

  constructor(real: Store) {
    this.store = this.#watch(real, "");
  }

  /** How often a method has been called. */
  calls(method: Method): number {
    return this.#calls.get(method) ?? 0;
  }

  /** How many calls there have been in all. */
  get callCount(): number {
    return [...this.#calls.values()].reduce((sum, count) => sum + count, 0);
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

  #watch<Part extends object>(part: Part, prefix: "" | `${(typeof PARTS)[number]}.`): Part {
    return new Proxy(part, {
      get: (target, name: keyof Part & string) => {
        const member: unknown = target[name];
        const named = PARTS.find((one) => one === name);
        if (named !== undefined) return this.#watch(member as object, `${named}.`);
        const method = (member as (...parameters: unknown[]) => Promise<unknown>).bind(target);
        if (NOT_PROMISING.has(name)) return method;
        const path = `${prefix}${name}` as Method;
        return (...parameters: unknown[]) => this.#run(path, () => method(...parameters));
      },
    });
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
