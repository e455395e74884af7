import type { CallOptions, ClientLink } from "./link.ts";
import { readStrings } from "./replies.ts";

/** So many jobs go in one PUSHB at the most: the server stores them in steps of this size. */
const MAX_JOBS = 1_000;

/** So long one gets: the server parses what is longer in a thread apart, which costs a copy. */
const MAX_CHARACTERS = 200_000;

/** So many PUSHBs are under way at once: one is stored, one is parsed, and others are on their way. */
const MAX_UNDER_WAY = 4;

/**
 * Gathers the texts of jobs into PUSHBs of a bearable size, and sends a few of them at a time. Each may
 * be sent again when its reply was lost.
 */
export class Bulk {
  readonly #link: ClientLink;
  readonly #options: CallOptions;
  readonly #refused = new Map<string, string>();
  readonly #underWay = new Set<Promise<void>>();
  #texts: string[] = [];
  #characters = 0;

  constructor(link: ClientLink, options: CallOptions) {
    this.#link = link;
    this.#options = options;
  }

  /** Resolves when there is room for the next one. */
  async add(text: string): Promise<void> {
    if (this.#texts.length > 0 && this.#characters + text.length > MAX_CHARACTERS) {
      await this.#send();
    }
    this.#texts.push(text);
    this.#characters += text.length;
    if (this.#texts.length >= MAX_JOBS) await this.#send();
  }

  /** Sends what is left; resolves, when all is answered, with why some jobs were refused, by jid. */
  async end(): Promise<Map<string, string>> {
    if (this.#texts.length > 0) await this.#send();
    await Promise.all(this.#underWay);
    return this.#refused;
  }

  async #send(): Promise<void> {
    const line = `PUSHB [${this.#texts.join(",")}]`;
    this.#texts = [];
    this.#characters = 0;
    const call = this.#push(line);
    this.#underWay.add(call);
    // One that fails ends all: whoever waits for the next place is told.
    call.then(
      () => this.#underWay.delete(call),
      () => {},
    );
    if (this.#underWay.size >= MAX_UNDER_WAY) await Promise.race(this.#underWay);
  }

  async #push(line: string): Promise<void> {
    const refused = readStrings(await this.#link.call(line, this.#options));
    for (const [jid, reason] of refused) this.#refused.set(jid, reason);
  }
}
