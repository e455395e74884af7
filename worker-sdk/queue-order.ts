import { checkQueue } from "./queue-check.ts";

/** Which queues a worker fetches from: in strict order, or with weights. */
export type QueueSelection = readonly string[] | Readonly<Record<string, number>>;

/** Makes the order in which the queues are named in each FETCH. */
export class QueueOrder {
  readonly #strict: readonly string[] | undefined;
  readonly #weights: readonly (readonly [queue: string, weight: number])[];
  readonly #random: () => number;

  /** @param random as Math.random. @throws RangeError for no queue, or a weight that is none */
  constructor(queues: QueueSelection, random: () => number) {
    this.#random = random;
    this.#strict = isList(queues) ? queues : undefined;
    this.#weights = isList(queues) ? [] : Object.entries(queues);
    const names = isList(queues) ? queues : Object.keys(queues);
    if (names.length === 0) throw new RangeError("a worker needs a queue");
    for (const name of names) checkQueue(name);
    const wrong = this.#weights.find(
      ([, weight]) => !(weight > 0 && weight < Number.POSITIVE_INFINITY),
    );
    if (wrong !== undefined)
      throw new RangeError(`the weight of ${wrong[0]} is not above 0, or has no end`);
  }

  /**
   * Drawn anew each time where there are weights: a queue of weight 2 comes first twice as often as
   * one of weight 1, and none is ever left out.
   */
  next(): readonly string[] {
    if (this.#strict !== undefined) return this.#strict;
    const left = [...this.#weights];
    const order: string[] = [];
    while (left.length > 0) {
      const [drawn] = left.splice(this.#draw(left), 1);
      if (drawn !== undefined) order.push(drawn[0]);
    }
    return order;
  }

  #draw(from: readonly (readonly [string, number])[]): number {
    let rest = this.#random() * from.reduce((sum, [, weight]) => sum + weight, 0);
    const found = from.findIndex(([, weight]) => {
      rest -= weight;
      return rest < 0;
    });
    return found === -1 ? from.length - 1 : found;
  }
}

function isList(queues: QueueSelection): queues is readonly string[] {
  return Array.isArray(queues);
}
