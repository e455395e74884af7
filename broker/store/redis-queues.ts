import type { Keys } from "./keys.ts";
import type { RedisLink } from "./redis-link.ts";
import { list, text } from "./redis-reply.ts";
import * as scripts from "./scripts.ts";
import type { QueueSelection, QueueStore } from "./store.ts";

/** How many queues one call looks at: Redis is kept from other work for a millisecond or less. */
const STEP = 200;

export class RedisQueues implements QueueStore {
  readonly #link: RedisLink;
  readonly #keys: Keys;

  constructor(link: RedisLink, keys: Keys) {
    this.#link = link;
    this.#keys = keys;
  }

  async pause(queues: QueueSelection): Promise<void> {
    await scripts.pauseQueues.run(this.#link, this.#keys, ...selected(queues));
  }

  async resume(queues: QueueSelection): Promise<void> {
    await scripts.resumeQueues.run(this.#link, this.#keys, ...selected(queues));
  }

  async remove(queues: QueueSelection): Promise<void> {
    await scripts.removeQueues.run(this.#link, this.#keys, ...selected(queues));
  }

  async waitingSince(queues: QueueSelection): Promise<Map<string, number | undefined>> {
    return await this.#ofEach(queues === "*" ? await this.names() : queues, (items) =>
      scripts.latency.run(this.#link, this.#keys, {}, items),
    );
  }

  /** How many jobs are in each queue that is known. */
  async lengths(): Promise<Map<string, number>> {
    return await this.#ofEach(await this.names(), (items) =>
      scripts.lengths.run(this.#link, this.#keys, {}, items),
    );
  }

  /** Every queue that is known, in alphabetical order. */
  async names(): Promise<string[]> {
    return list(await this.#link.call("SMEMBERS", this.#keys.queues))
      .map(text)
      .toSorted();
  }

  /** Asks something of many queues, in steps. */
  async #ofEach<Answer>(
    names: readonly string[],
    ask: (items: { queue: string }[]) => Promise<Answer[]>,
  ): Promise<Map<string, Answer>> {
    const answers = new Map<string, Answer>();
    for (let start = 0; start < names.length; start += STEP) {
      const step = names.slice(start, start + STEP);
      const found = await ask(step.map((queue) => ({ queue })));
      for (const [index, answer] of found.entries()) answers.set(step[index] ?? "", answer);
    }
    return answers;
  }
}

/** A selection as the scripts take it. */
function selected(queues: QueueSelection): [fixed: { all: number }, items: { queue: string }[]] {
  if (queues === "*") return [{ all: 1 }, []];
  return [{ all: 0 }, queues.map((queue) => ({ queue }))];
}
