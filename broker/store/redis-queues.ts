import { inSteps } from "./in-steps.ts";
import type { Keys } from "./keys.ts";
import type { RedisLink } from "./redis-link.ts";
import { list, text } from "./redis-reply.ts";
import type { Script } from "./script.ts";
import * as scripts from "./scripts.ts";
import type { QueueSelection, QueueStore } from "./store.ts";

/** How many queues one call touches: Redis is kept from other work for about a millisecond. */
const STEP = 100;

/** How many names one call reads, for the same reason. */
const NAMES_STEP = 1_000;

export class RedisQueues implements QueueStore {
  readonly #link: RedisLink;
  readonly #keys: Keys;

  constructor(link: RedisLink, keys: Keys) {
    this.#link = link;
    this.#keys = keys;
  }

  async pause(queues: QueueSelection): Promise<void> {
    const names = queues === "*" ? await this.#namesIn("queues") : queues;
    await this.#toEach(names, scripts.pauseQueues);
  }

  async resume(queues: QueueSelection): Promise<void> {
    const names = queues === "*" ? await this.#namesIn("paused") : queues;
    await this.#toEach(names, scripts.resumeQueues);
  }

  async remove(queues: QueueSelection): Promise<void> {
    // A queue need not be known to be paused.
    const names = queues === "*" ? await this.#namesIn("queues", "paused") : queues;
    await this.#toEach(names, scripts.removeQueues);
  }

  async waitingSince(queues: QueueSelection): Promise<Map<string, number | undefined>> {
    const names = queues === "*" ? await this.#namesIn("queues") : queues;
    return await this.#ofEach(names, scripts.latency);
  }

  names(): Promise<string[]> {
    return this.#namesIn("queues");
  }

  /** How many jobs are in each queue that is known, in alphabetical order. */
  async lengths(): Promise<Map<string, number>> {
    return await this.#ofEach((await this.#namesIn("queues")).toSorted(), scripts.lengths);
  }

  /** Does something to many queues, in steps. */
  async #toEach(names: readonly string[], script: Script<never, "queue", void>): Promise<void> {
    for (const step of inSteps(names, STEP)) {
      await script.run(this.#link, this.#keys, {}, asItems(step));
    }
  }

  /** Asks something of many queues, in steps. */
  async #ofEach<Answer>(
    names: readonly string[],
    script: Script<never, "queue", Answer[]>,
  ): Promise<Map<string, Answer>> {
    const answers = new Map<string, Answer>();
    for (const step of inSteps(names, STEP)) {
      const found = await script.run(this.#link, this.#keys, {}, asItems(step));
      for (const [index, answer] of found.entries()) answers.set(step[index] ?? "", answer);
    }
    return answers;
  }

  /** Every name that is in one of the sets all the while that they are read. */
  async #namesIn(...sets: ("queues" | "paused")[]): Promise<string[]> {
    const names = new Set<string>();
    for (const set of sets) {
      let cursor = "0";
      do {
        const reply = await this.#link.call("SSCAN", this.#keys[set], cursor, "COUNT", NAMES_STEP);
        const [next, found] = list(reply);
        for (const name of list(found)) names.add(text(name));
        cursor = text(next);
      } while (cursor !== "0");
    }
    return [...names];
  }
}

/** Names as the scripts take them. */
function asItems(names: readonly string[]): { queue: string }[] {
  return names.map((queue) => ({ queue }));
}
