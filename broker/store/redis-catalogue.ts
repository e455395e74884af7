import type { Keys } from "./keys.ts";
import { readLocation } from "./location.ts";
import { readSoundRecord } from "./record.ts";
import type { RedisLink } from "./redis-link.ts";
import * as scripts from "./scripts.ts";
import { type CatalogueStore, type FoundJob, UnreadableJob } from "./store.ts";

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
    return { ...readSoundRecord(jid, found.record), ...readLocation(found) };
  }
}
