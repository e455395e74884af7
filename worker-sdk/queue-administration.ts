import { encodeQueue, type QueueAction } from "../protocol/commands/queue.ts";
import type { CallOptions, ClientLink } from "./link.ts";
import { checkQueue } from "./queue-check.ts";
import { readNumbers } from "./replies.ts";

/**
 * What can be done to whole queues; `*` is every queue that is known. FWP: QUEUE. All throw as a client's
 * push, and RangeError for a name that no queue can have.
 */
export class QueueAdministration {
  readonly #link: ClientLink;

  constructor(link: ClientLink) {
    this.#link = link;
  }

  /** They give no more jobs, and go on taking them. */
  async pause(queues: readonly string[], options?: CallOptions): Promise<void> {
    await this.#link.call(lineOf("PAUSE", queues), options);
  }

  async resume(queues: readonly string[], options?: CallOptions): Promise<void> {
    await this.#link.call(lineOf("RESUME", queues), options);
  }

  /** They are deleted with all jobs in them. Not repeated when its reply is lost: jobs may have come since. */
  async remove(queues: readonly string[], options?: CallOptions): Promise<void> {
    await this.#link.call(lineOf("REMOVE", queues), { ...options, isRepeatable: false });
  }

  /** For how many seconds the oldest job of each has waited; 0 where there is none. */
  async latencySeconds(
    queues: readonly string[],
    options?: CallOptions,
  ): Promise<Map<string, number>> {
    return readNumbers(await this.#link.call(lineOf("LATENCY", queues), options));
  }
}

/** @throws RangeError for a name that no queue can have */
function lineOf(action: QueueAction, queues: readonly string[]): string {
  for (const queue of queues) if (queue !== "*") checkQueue(queue);
  return encodeQueue(action, queues);
}
