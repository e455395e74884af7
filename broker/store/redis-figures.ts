import type { Clock } from "../clock.ts";
import { dayOf } from "./day.ts";
import * as scripts from "./figure-scripts.ts";
import { inSteps } from "./in-steps.ts";
import type { Keys } from "./keys.ts";
import { pack } from "./record.ts";
import type { RedisLink } from "./redis-link.ts";
import { list, text } from "./redis-reply.ts";
import type { FigureStore, Measured } from "./store.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;

/** So many types a call: each has some tens of fields, and hundreds at the worst. */
const STEP = 10;

export class RedisFigures implements FigureStore {
  readonly #link: RedisLink;
  readonly #keys: Keys;
  readonly #clock: Clock;

  constructor(link: RedisLink, keys: Keys, clock: Clock) {
    this.#link = link;
    this.#keys = keys;
    this.#clock = clock;
  }

  async add(measured: readonly Measured[], days: number): Promise<string[]> {
    const refused: string[] = [];
    for (const step of inSteps(measured, STEP)) {
      const now = this.#clock.now();
      const fixed = { now, day: dayOf(now), days };
      const items = step.map((one) => ({ jobtype: one.jobtype, counts: pack(fieldsOf(one)) }));
      const isAdded = await scripts.addFigures.run(this.#link, this.#keys, fixed, items);
      const left = step.filter((_, index) => isAdded[index] === false);
      refused.push(...left.map(({ jobtype }) => jobtype));
    }
    return refused;
  }

  async find(jobtype: string, days: number): Promise<Measured> {
    const now = this.#clock.now();
    const items = Array.from({ length: days }, (_, ago) => ({ day: dayOf(now - ago * DAY_MS) }));
    const fields = await scripts.findFigures.run(this.#link, this.#keys, { jobtype }, items);
    const measured: Measured = { jobtype, waits: new Map(), runs: new Map(), failed: 0 };
    for (const [field, count] of fields) {
      if (field === "failed") measured.failed += count;
      else add(field.startsWith("w") ? measured.waits : measured.runs, field.slice(1), count);
    }
    return measured;
  }

  async jobtypes(days: number): Promise<string[]> {
    const since = this.#clock.now() - days * DAY_MS;
    const range = [this.#keys.jobtypes, since, "+inf", "BYSCORE"];
    return list(await this.#link.call("ZRANGE", ...range)).map(text);
  }
}

function fieldsOf({ waits, runs, failed }: Measured): Record<string, number> {
  const fields: Record<string, number> = {};
  for (const [bucket, count] of waits) fields[`w${bucket}`] = count;
  for (const [bucket, count] of runs) fields[`r${bucket}`] = count;
  if (failed > 0) fields["failed"] = failed;
  return fields;
}

function add(counts: Map<number, number>, bucket: string, count: number): void {
  counts.set(Number(bucket), (counts.get(Number(bucket)) ?? 0) + count);
}
