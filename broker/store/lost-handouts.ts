import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { dayOf } from "./day.ts";
import type { Keys } from "./keys.ts";
import type { RedisLink } from "./redis-link.ts";
import { scanReservations } from "./reservation.ts";
import { release } from "./scripts.ts";

/**
 * Calls of reserve.lua whose reply never came, because the connection broke: they may have handed
 * out jobs that no worker got. As soon as Redis answers again those jobs go back to their queues;
 * otherwise each would wait for the end of its reservation, half an hour by default.
 */
export class LostHandouts {
  readonly #link: RedisLink;
  readonly #keys: Keys;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #calls = new Set<string>();

  constructor(link: RedisLink, keys: Keys, clock: Clock, log: Logger) {
    this.#link = link;
    this.#keys = keys;
    this.#clock = clock;
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
      for await (const { jid, call } of scanReservations(this.#link, this.#keys)) {
        if (!calls.has(call)) continue;
        const now = this.#clock.now();
        const fixed = { origin: "", now, day: dayOf(now) };
        await release.run(this.#link, this.#keys, fixed, [{ jid, call, token: 0 }]);
        count++;
      }
      for (const call of calls) this.#calls.delete(call);
      this.#log.info({ event: "reservations.given-back", count });
    } catch (err) {
      // The calls are kept for the next time that the connection stands.
      this.#log.warn({ event: "reservations.not-given-back", err });
    }
  }
}
