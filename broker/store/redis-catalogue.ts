import type { JobState } from "../../protocol/job-state.ts";
import type { Clock } from "../clock.ts";
import type { Keys } from "./keys.ts";
import { readLocation } from "./location.ts";
import { readSoundRecord, UnreadableRecord } from "./record.ts";
import type { RedisLink } from "./redis-link.ts";
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
    const { record, cancel } = found;
    return { ...readRecord(jid, record), ...readLocation(found), ...(cancel && { cancel }) };
  }

  async read(
    sections: readonly Section[],
    limit: number,
  ): Promise<{ jobs: ListedJob[]; isEnd: boolean }> {
    const items = sections.map(({ state, queue = "", after: { score, jid } = START }) => {
      return { state, queue, score, jid };
    });
    const { found, isEnd } = await scripts.listJobs.run(this.#link, this.#keys, { limit }, items);
    const jobs = found.flatMap((one) => {
      const state = sections[one.section]?.state;
      return state === undefined ? [] : [readListed(one, state)];
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

function readListed(found: scripts.ListedRecord, state: JobState): ListedJob {
  const { section, jid, score } = found;
  const dueAt = state === "scheduled" || state === "retries" ? Number(score) : undefined;
  const listed = { section, jid, score, state, dueAt };
  try {
    if ("version" in found) throw new UnreadableJob(jid, found.version);
    return { ...listed, job: readRecord(jid, found.record) };
  } catch (error) {
    if (!(error instanceof UnreadableJob)) throw error;
    return { ...listed, job: undefined, unreadable: error.message };
  }
}
