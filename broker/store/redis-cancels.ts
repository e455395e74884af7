import type { Cancel } from "../../protocol/cancel.ts";
import type { Clock } from "../clock.ts";
import { encodeCancel } from "./cancel.ts";
import * as scripts from "./cancel-scripts.ts";
import { GroupCommit } from "./group-commit.ts";
import type { Keys } from "./keys.ts";
import type { RedisLink } from "./redis-link.ts";
import { list, text } from "./redis-reply.ts";
import { scanReservations } from "./reservation.ts";
import { type CancelOutcome, type CancelStore, type JobGroup, UnreadableJob } from "./store.ts";

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
    const fixed = { ...limits, limit: STEP, now: this.#clock.now() };
    return scripts.purgeCancelled.run(this.#link, this.#keys, fixed);
  }

  cancelGroup(group: string, { at, reason = "", by = "" }: Cancel): Promise<JobGroup> {
    return scripts.cancelGroup.run(this.#link, this.#keys, { now: at, group, reason, by });
  }

  sweepGroup(group: string): Promise<number> {
    const fixed = { now: this.#clock.now(), group, limit: STEP };
    return scripts.sweepGroup.run(this.#link, this.#keys, fixed);
  }

  async sweepRunning(group: string): Promise<void> {
    const fixed = { now: this.#clock.now(), group, limit: STEP };
    const sweep = (jids: string[]) =>
      scripts.sweepGroup.run(
        this.#link,
        this.#keys,
        fixed,
        jids.map((jid) => ({ jid })),
      );
    let step: string[] = [];
    for await (const { jid } of scanReservations(this.#link, this.#keys)) {
      step.push(jid);
      if (step.length < STEP) continue;
      await sweep(step);
      step = [];
    }
    if (step.length > 0) await sweep(step);
  }

  findGroup(group: string): Promise<JobGroup> {
    return scripts.findGroup.run(this.#link, this.#keys, { group });
  }

  async closedGroups(): Promise<string[]> {
    const reply = await this.#link.call("SRANDMEMBER", `${this.#keys.groups}closed`, STEP);
    return list(reply).map(text);
  }

  purgeGroups(limits: { endedBefore: number; keep: number }): Promise<number> {
    return scripts.purgeCancellations.run(this.#link, this.#keys, { ...limits, limit: STEP });
  }
}
