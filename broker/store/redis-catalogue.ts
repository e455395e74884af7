import type { JobState } from "../../protocol/job-state.ts";
import type { Clock } from "../clock.ts";
import { HELD_UNTIL, type Keys } from "./keys.ts";
import { readLocation } from "./location.ts";
import { readSoundRecord, UnreadableRecord } from "./record.ts";
import type { RedisLink } from "./redis-link.ts";
import { parseReservation } from "./reservation.ts";
import * as scripts from "./scripts.ts";
import {
  type CatalogueStore,
  type DeleteOutcome,
  type FoundJob,
  type ListedJob,
  type RecordedJob,
  type Section,
  UnreadableJob,
} from "./store.ts";
import { isAnythingTold, isRunStalled, readProgress } from "./told.ts";

export class RedisCatalogue implements CatalogueStore {
  readonly #link: RedisLink;
  readonly #keys: Keys;
  readonly #clock: Clock;

  constructor(link: RedisLink, keys: Keys, clock: Clock) {
    this.#link = link;
    this.#keys = keys;
    this.#clock = clock;
  }

  async find(jid: string): Promise<FoundJob | undefined> {
    const found = await scripts.lookUp.run(this.#link, this.#keys, { jid });
    if (found === undefined) return undefined;
    if ("version" in found) throw new UnreadableJob(jid, found.version);
    const { record, cancel, told, reservation } = found;
    return {
      ...readRecord(jid, record),
      ...readLocation(found),
      cancel,
      progress: isAnythingTold(told) ? readProgress(told) : undefined,
      isStalled: isRunStalled(told, parseReservation(reservation).call),
    };
  }

  async read(
    sections: readonly Section[],
    limit: number,
  ): Promise<{ jobs: ListedJob[]; isEnd: boolean }> {
    const [first] = sections;
    if (first !== undefined && "group" in first) return await this.#readGroup(first, limit);
    const items = sections.flatMap((section) => {
      if ("group" in section) return [];
      const { state, queue = "", after: { score, jid } = START } = section;
      return [{ state, queue, score, jid }];
    });
    const { found, isEnd } = await scripts.listJobs.run(this.#link, this.#keys, { limit }, items);
    const jobs = found.map((one) => {
      const { section, jid, score } = one;
      const state = items[section]?.state;
      return { section, jid, score, ...whereIs(state, Number(score)), ...readListed(one) };
    });
    return { jobs, isEnd };
  }

  async #readGroup(
    { group, after = START }: { group: string; after?: { score: string; jid: string } },
    limit: number,
  ): Promise<{ jobs: ListedJob[]; isEnd: boolean }> {
    const fixed = { limit, group, ...after };
    const { found, isEnd } = await scripts.listGroup.run(this.#link, this.#keys, fixed);
    const jobs = found.map((one) => {
      const { jid, hold, place } = one;
      const where = whereIs(place?.state, place?.score);
      return { section: 0, jid, score: hold, ...where, ...readListed(one) };
    });
    return { jobs, isEnd };
  }

  async delete(jid: string): Promise<DeleteOutcome> {
    const outcome = await scripts.deleteJob.run(this.#link, this.#keys, {
      now: this.#clock.now(),
      jid,
    });
    if (typeof outcome === "object") throw new UnreadableJob(jid, outcome.version);
    return outcome;
  }
}

function readRecord(jid: string, record: Buffer): RecordedJob {
  try {
    return readSoundRecord(jid, record);
  } catch (error) {
    if (error instanceof UnreadableRecord) throw new UnreadableJob(jid, undefined);
    throw error;
  }
}

/** Before the first of a set. */
const START = { score: "", jid: "" };

function whereIs(
  state: JobState | undefined,
  score: number | undefined,
): Pick<ListedJob, "state" | "dueAt"> {
  return { state, dueAt: isDue(state, score) ? score : undefined };
}

function isDue(state: JobState | undefined, score: number | undefined): boolean {
  return (state === "scheduled" || state === "retries") && score !== HELD_UNTIL;
}

function readListed(
  found: { jid: string } & ({ record: Buffer } | scripts.Unreadable),
): Pick<ListedJob, "job" | "unreadable"> {
  try {
    if ("version" in found) throw new UnreadableJob(found.jid, found.version);
    return { job: readRecord(found.jid, found.record) };
  } catch (error) {
    if (!(error instanceof UnreadableJob)) throw error;
    return { job: undefined, unreadable: error.message };
  }
}
