import type { Cancel } from "../../protocol/cancel.ts";
import type { Clock } from "../clock.ts";
import { encodeCancel } from "./cancel.ts";
import * as scripts from "./cancel-scripts.ts";
import { GroupCommit } from "./group-commit.ts";
import type { Keys } from "./keys.ts";
import type { RedisLink } from "./redis-link.ts";
import { type CancelOutcome, type CancelStore, UnreadableJob } from "./store.ts";

/** How many jobs one call touches: Redis is kept from other work for about a millisecond. */
const STEP = 100;

export class RedisCancels implements CancelStore {
  readonly #link: RedisLink;
  readonly #keys: Keys;
  readonly #clock: Clock;

  readonly #cancel = new GroupCommit(
    (jobs: { jid: string; why: Buffer }[]) =>
      scripts.cancel.run(this.#link, this.#keys, { now: this.#clock.now() }, jobs),
    { maxItems: STEP },
  );

  constructor(link: RedisLink, keys: Keys, clock: Clock) {
    this.#link = link;
    this.#keys = keys;
    this.#clock = clock;
  }

  async cancel(jid: string, cancel: Cancel): Promise<CancelOutcome> {
    const outcome = await this.#cancel.add({ jid, why: encodeCancel(cancel) });
    if (outcome.state === "unreadable") throw new UnreadableJob(jid, outcome.version);
    return outcome;
  }

  purge(limits: { endedBefore: number; keep: number }): Promise<number> {
    return scripts.purgeCancelled.run(this.#link, this.#keys, { ...limits, limit: STEP });
  }
}
