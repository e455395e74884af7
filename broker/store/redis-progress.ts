import type { ProgressReport } from "../../protocol/progress.ts";
import type { Clock } from "../clock.ts";
import { GroupCommit } from "./group-commit.ts";
import type { Keys } from "./keys.ts";
import * as scripts from "./progress-scripts.ts";
import { pack } from "./record.ts";
import type { RedisLink } from "./redis-link.ts";
import { pairs, unexpected } from "./redis-reply.ts";
import type { Deadline, JobProgress, ProgressStore, StallOutcome } from "./store.ts";
import { readProgress } from "./told.ts";

/** At some 20 µs a report, and with no more of their bytes, Redis is busy for a millisecond or two. */
const GROUP = { maxItems: 100, maxWeight: 2 ** 20, weigh: weightOf };

/** What is done by itself is done in steps of this size, for the same reason. */
const STEP = 100;

export class RedisProgress implements ProgressStore {
  readonly #link: RedisLink;
  readonly #keys: Keys;
  readonly #clock: Clock;
  readonly #note = new GroupCommit((reports: ProgressReport[]) => this.#commit(reports), GROUP);

  constructor(link: RedisLink, keys: Keys, clock: Clock) {
    this.#link = link;
    this.#keys = keys;
    this.#clock = clock;
  }

  note(report: ProgressReport): Promise<boolean> {
    return this.#note.add(report);
  }

  async find(jid: string): Promise<JobProgress> {
    const [found] = await scripts.findProgress.run(this.#link, this.#keys, {}, [{ jid }]);
    if (found === undefined) return unexpected(found);
    const { state, since, told } = found;
    const progress = readProgress(told);
    const updatedAt = Math.max(since, progress.updatedAt ?? 0);
    return { ...progress, state, updatedAt: updatedAt === 0 ? undefined : updatedAt };
  }

  async firstStalls(): Promise<Deadline[]> {
    const reply = await this.#link.call("ZRANGE", this.#keys.stalling, 0, STEP - 1, "WITHSCORES");
    return pairs(reply).map(([jid, at]) => ({ jid, at: Number(at) }));
  }

  stall(jids: readonly string[]): Promise<StallOutcome[]> {
    const items = jids.map((jid) => ({ jid }));
    return scripts.stall.run(this.#link, this.#keys, { now: this.#clock.now() }, items);
  }

  #commit(reports: ProgressReport[]): Promise<boolean[]> {
    const items = reports.map(({ jid, token = 0, reserveUntil, ...told }) => ({
      jid,
      token,
      told: pack(textsOf(told)),
      reserveUntil: reserveUntil === undefined ? "" : Math.ceil(reserveUntil),
    }));
    return scripts.noteProgress.run(this.#link, this.#keys, { now: this.#clock.now() }, items);
  }
}

/** Numbers as texts, since Lua would write large ones otherwise; and bytes, which it can't unpack. */
function textsOf(told: Omit<ProgressReport, "jid" | "token" | "reserveUntil">): object {
  const { percent, desc, result, stall } = told;
  return {
    ...(percent !== undefined && { percent: String(percent) }),
    ...(desc !== undefined && { desc }),
    ...(result !== undefined && { result: result.toString() }),
    ...(stall && { stallMs: String(stall.seconds * 1_000), onStall: stall.policy }),
  };
}

function weightOf({ desc = "", result }: ProgressReport): number {
  return desc.length + (result?.length ?? 0);
}
