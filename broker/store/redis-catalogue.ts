import type { Keys } from "./keys.ts";
import { readLocation } from "./location.ts";
import { readSoundRecord, UnreadableRecord } from "./record.ts";
import type { RedisLink } from "./redis-link.ts";
import * as scripts from "./scripts.ts";
import { type CatalogueStore, type FoundJob, type RecordedJob, UnreadableJob } from "./store.ts";

export class RedisCatalogue implements CatalogueStore {
  readonly #link: RedisLink;
  readonly #keys: Keys;

  constructor(link: RedisLink, keys: Keys) {
    this.#link = link;
    this.#keys = keys;
  }

  async find(jid: string): Promise<FoundJob | undefined> {
    const found = await scripts.lookUp.run(this.#link, this.#keys, { jid });
    if (found === undefined) return undefined;
    if ("unreadable" in found) throw new UnreadableJob(jid, found.unreadable.version);
    return { ...readRecord(jid, found.record), ...readLocation(found) };
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
