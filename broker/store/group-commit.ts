import { atEndOfTurn } from "./end-of-turn.ts";

/** The result of an item that was not looked at. */
export const LATER = Symbol("later");

/**
 * Gathers what arrives in one turn of the event loop, over all connections, and sends it to Redis
 * as one call. While a call is under way the next group fills, so groups grow by themselves as the
 * load does; with `appendfsync always` one fsync covers a whole group.
 */
export interface GroupOptions<Item> {
  /** A group has at most so many items, so that no call keeps Redis from other work for long. */
  maxItems: number;
  /** And weighs at most so much, where some items are more work than others. */
  maxWeight?: number;
  weigh?: (item: Item) => number;
}

/**
 * So many calls are under way at once at the most: enough to keep Redis busy, and few enough that
 * the calls of other transitions, which queue up behind them, go on soon.
 */
const MAX_UNDER_WAY = 8;

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

export class GroupCommit<Item, Result> {
  readonly #commit: (items: Item[]) => Promise<(Result | typeof LATER)[]>;
  readonly #options: GroupOptions<Item>;
  #waiting: Waiting<Item, Result>[] = [];
  #underWay = 0;
  #willSend = false;

  /**
   * @param commit does all items in their order, and gives a result for each; or LATER for those at
   *   the end that are to be in the next group, because the ones before them were too much
   */
  constructor(
    commit: (items: Item[]) => Promise<(Result | typeof LATER)[]>,
    options: GroupOptions<Item>,
  ) {
    this.#commit = commit;
    this.#options = options;
  }

  /** Items are committed in the order in which they are added, but for those that are put off. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#sendSoon();
    });
  }

  /** Replies of several groups come together as a rule: so do the next calls. */
  #sendSoon(): void {
    if (this.#willSend) return;
    this.#willSend = true;
    atEndOfTurn(() => {
      this.#willSend = false;
      this.#send();
    });
  }

  /** A full group goes at once; one that could still grow waits until no call is under way. */
  #send(): void {
    while (this.#waiting.length > 0 && this.#underWay < MAX_UNDER_WAY) {
      const size = this.#groupSize();
      if (this.#underWay > 0 && size === this.#waiting.length) return;
      const group = this.#waiting.splice(0, size);
      this.#underWay++;
      void this.#settle(group);
    }
  }

  #groupSize(): number {
    const { maxItems, maxWeight = Number.POSITIVE_INFINITY, weigh = () => 0 } = this.#options;
    let weight = 0;
    let size = 0;
    for (const { item } of this.#waiting) {
      weight += weigh(item);
      if (size === maxItems || (size > 0 && weight > maxWeight)) break;
      size++;
    }
    return size;
  }

  async #settle(group: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#commit(group.map(({ item }) => item));
      for (const [index, result] of results.entries()) {
        if (result !== LATER) group[index]?.resolve(result);
      }
      this.#waiting.unshift(...group.filter((_, index) => results[index] === LATER));
    } catch (error) {
      for (const { reject } of group) reject(error);
    } finally {
      this.#underWay--;
      if (this.#waiting.length > 0) this.#sendSoon();
    }
  }
}
