import type { Logger } from "../logger.ts";
import type { Keys } from "./keys.ts";
import type { RedisLink } from "./redis-link.ts";
import { list, pairs, text } from "./redis-reply.ts";
import { release } from "./scripts.ts";

/**
 * Calls of reserve.lua whose reply never came, because the connection broke: they may have handed
 * out jobs that no worker got. As soon as Redis answers again those jobs go back to their queues;
 * otherwise each would wait for the end of its reservation, half an hour by default.
 */
export class LostHandouts {
  readonly #link: RedisLink;
  readonly #keys: Keys;
  readonly #log: Logger;
  readonly #calls = new Set<string>();

  constructor(link: RedisLink, keys: Keys, log: Logger) {
    this.#link = link;
    this.#keys = keys;
    this.#log = log;
    link.onReconnected(() => void this.#giveBack());
  }

  add(call: string): void {
    this.#calls.add(call);
  }

  async #giveBack(): Promise<void> {
    if (this.#calls.size === 0) return;
    const calls = new Set(this.#calls);
    try {
      let count = 0;
      for await (const { jid, call } of this.#reservations()) {
        if (!calls.has(call)) continue;
        await release.run(this.#link, this.#keys, { origin: "" }, [{ jid, call }]);
        count++;
      }
      for (const call of calls) this.#calls.delete(call);
      this.#log.info({ event: "reservations.given-back", count });
    } catch (err) {
      // The calls are kept for the next time that the connection stands.
      this.#log.warn({ event: "reservations.not-given-back", err });
    }
  }

  /** All reservations there are, in steps; as many as workers are busy. */
  async *#reservations(): AsyncGenerator<{ jid: string; call: string }> {
    let cursor = "0";
    do {
      const reply = await this.#link.call("HSCAN", this.#keys.reservations, cursor, "COUNT", 100);
      const [next, found] = list(reply);
      for (const [jid, reservation] of pairs(found)) yield { jid, call: callOf(reservation) };
      cursor = text(next);
    } while (cursor !== "0");
  }
}

/** The call that handed a job out: see keys.ts. */
function callOf(reservation: Buffer): string {
  return reservation.toString().split(" ")[1] ?? "";
}
