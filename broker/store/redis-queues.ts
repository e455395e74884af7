import type { Keys } from "./keys.ts";
import type { RedisLink } from "./redis-link.ts";
import { list, text } from "./redis-reply.ts";
import * as scripts from "./scripts.ts";
import type { QueueSelection, QueueStore } from "./store.ts";

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
    const names = queues === "*" ? await this.names() : queues;
    const items = names.map((queue) => ({ queue }));
    const since = await scripts.latency.run(this.#link, this.#keys, {}, items);
    return new Map(names.map((name, index) => [name, since[index]]));
  }

  /** Every queue that is known, in alphabetical order. */
  async names(): Promise<string[]> {
    return list(await this.#link.call("SMEMBERS", this.#keys.queues))
      .map(text)
      .toSorted();
  }
}

/** A selection as the scripts take it. */
function selected(queues: QueueSelection): [fixed: { all: number }, items: { queue: string }[]] {
  if (queues === "*") return [{ all: 1 }, []];
  return [{ all: 0 }, queues.map((queue) => ({ queue }))];
}
