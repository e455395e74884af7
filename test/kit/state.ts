import type { Redis } from "ioredis";
import { Packr } from "msgpackr";
import { encodeCancel, readCancel } from "../../broker/store/cancel.ts";
import { type Keys, keysOf, PLACES_A_PRIORITY } from "../../broker/store/keys.ts";
import { encodeRecord, type JobHeader, pack } from "../../broker/store/record.ts";
import type { Cancel } from "../../protocol/cancel.ts";
import { type Group, readGroupKey, seedGroup } from "./group-state.ts";

/** All that a namespace holds, as one plain object: what keys.ts describes. */
export interface State {
  jobs: Record<string, JobHeader & { text: string }>;
  /** The records among them of which nothing can be told but their bytes, as hexadecimal digits. */
  damaged: Record<string, string>;
  /** Each queue's jobs with their places, written as `<priority>/<sequence>`. */
  queues: Record<string, Record<string, string>>;
  /** The queues that ever held a job, by name. */
  queueNames: string[];
  sequence: number;
  /** Of the newest lease. */
  token: number;
  /** When a broker was last there; 0 for never. */
  alive: number;
  /** From when until when there was none; empty for never. */
  outage: string;
  scheduled: Record<string, number>;
  retries: Record<string, number>;
  working: Record<string, number>;
  reservations: Record<string, Reservation>;
  /** What the ends of jobs concern besides them. */
  ties: Record<string, Ties>;
  /** What was told of each job, by the number of FLUSHes and its jid, as `0:<jid>`. */
  progress: Record<string, Record<string, string>>;
  stalling: Record<string, number>;
  /** When each was last measured. */
  jobtypes: Record<string, number>;
  /** By the number of FLUSHes, day and type, as `0:2026-01-01:<jobtype>`. */
  figures: Record<string, Record<string, number>>;
  flushes: number;
  dead: Record<string, number>;
  /** Which jobs in `working` are called off. */
  cancelling: string[];
  cancelled: Record<string, number>;
  cancels: Record<string, Cancel>;
  /** The jobs of each group, scored by how it has them; its cancellation, if there was one. */
  groups: Record<string, Group>;
  /** What stands behind the prefix of batches, as Redis has it, binary texts left out. */
  batches: Record<string, unknown>;
  done: Record<string, number>;
  paused: string[];
  /** What was removed and is not deleted yet, by its number: jids with the scores that they had. */
  removed: Record<string, Record<string, number>>;
  /** In how many removals a job is that was pushed anew since. */
  revived: Record<string, number>;
  /** Who beat last when. */
  workers: Record<string, number>;
  /** Who beat last when, and has gone since. */
  departed: Record<string, number>;
  /** What is known of each worker. */
  details: Record<string, Record<string, string>>;
  counters: Record<string, number>;
  history: Record<string, number>;
}

interface Reservation {
  wid: string;
  reservedAt: number;
  /** As in queues. */
  place: string;
  call: string;
  /** Absent for a plain reservation. */
  lease?: { token: number; ms: number };
}

interface Ties {
  /** Of one that is in groups; absent for others, as the queue. */
  tags?: string[];
  queue?: string;
  /** When the job was pushed, or told of itself first, or failed last; absent when it is not tracked. */
  track?: number;
}

export const EMPTY: State = {
  jobs: {},
  damaged: {},
  queues: {},
  queueNames: [],
  sequence: 0,
  token: 0,
  alive: 0,
  outage: "",
  scheduled: {},
  retries: {},
  working: {},
  reservations: {},
  ties: {},
  progress: {},
  stalling: {},
  jobtypes: {},
  figures: {},
  flushes: 0,
  dead: {},
  cancelling: [],
  cancelled: {},
  cancels: {},
  groups: {},
  batches: {},
  done: {},
  paused: [],
  removed: {},
  revived: {},
  workers: {},
  departed: {},
  details: {},
  counters: {},
  history: {},
};

/** The sorted sets of which there is one each. */
const SCORED = [
  "scheduled",
  "retries",
  "working",
  "dead",
  "done",
  "stalling",
  "jobtypes",
  "cancelled",
  "workers",
  "departed",
] as const;

const packr = new Packr({ useRecords: false, int64AsType: "number" });

/** Writes all that is named, without any of the scripts that are to be tested. */
export async function seed(redis: Redis, namespace: string, given: Partial<State>): Promise<void> {
  const keys = keysOf(namespace);
  const state = { ...EMPTY, ...given };
  const batch = redis.pipeline();
  for (const [jid, { text, ...header }] of Object.entries(state.jobs)) {
    batch.hset(keys.jobs, jid, encodeRecord(header, Buffer.from(text)));
  }
  for (const [jid, hex] of Object.entries(state.damaged)) {
    batch.hset(keys.jobs, jid, Buffer.from(hex, "hex"));
  }
  for (const [name, places] of Object.entries(state.queues)) {
    for (const [jid, place] of Object.entries(places)) {
      batch.zadd(keys.queue + name, scoreOf(place), jid);
    }
  }
  for (const name of state.queueNames) batch.sadd(keys.queues, name);
  for (const jid of state.cancelling) batch.sadd(keys.cancelling, jid);
  for (const [jid, cancel] of Object.entries(state.cancels)) {
    batch.hset(keys.cancels, jid, encodeCancel(cancel));
  }
  for (const [jid, ties] of Object.entries(state.ties)) batch.hset(keys.ties, jid, pack(ties));
  for (const [name, group] of Object.entries(state.groups)) seedGroup(batch, keys, name, group);
  for (const name of state.paused) batch.sadd(keys.paused, name);
  for (const [removal, scores] of Object.entries(state.removed)) {
    batch.sadd(keys.removals, removal);
    for (const [jid, score] of Object.entries(scores)) {
      batch.zadd(keys.removed + removal, score, jid);
    }
  }
  if (state.sequence > 0) batch.set(keys.sequence, state.sequence);
  if (state.token > 0) batch.set(keys.tokens, state.token);
  if (state.alive > 0) batch.set(keys.alive, state.alive);
  if (state.outage !== "") batch.set(keys.outage, state.outage);
  if (state.flushes > 0) batch.set(keys.flushes, state.flushes);
  for (const [name, told] of Object.entries(state.progress)) batch.hset(keys.progress + name, told);
  for (const [name, counts] of Object.entries(state.figures)) {
    batch.hset(keys.figures + name, counts);
  }
  for (const set of SCORED) {
    for (const [member, score] of Object.entries(state[set])) batch.zadd(keys[set], score, member);
  }
  for (const [jid, reservation] of Object.entries(state.reservations)) {
    const { wid, reservedAt, place, call, lease = { token: 0, ms: 0 } } = reservation;
    const text = `${lease.token} ${lease.ms} ${scoreOf(place)} ${call} ${reservedAt} ${wid}`;
    batch.hset(keys.reservations, jid, text);
  }
  for (const [wid, details] of Object.entries(state.details)) {
    batch.hset(keys.worker + wid, details);
  }
  for (const hash of ["revived", "counters", "history"] as const) {
    for (const [name, count] of Object.entries(state[hash])) batch.hset(keys[hash], name, count);
  }
  for (const [error] of (await batch.exec()) ?? []) if (error !== null) throw error;
}

/** Reads every key of the namespace. Throws when there is one that keys.ts does not describe. */
export async function readState(redis: Redis, namespace: string): Promise<State> {
  const keys = keysOf(namespace);
  const state = structuredClone(EMPTY);
  for (const key of await redis.keys(`mr:{${namespace}}:*`)) {
    if (key.startsWith(keys.queue)) {
      const scores = await readScores(redis, key);
      state.queues[key.slice(keys.queue.length)] = mapValues(scores, placeOf);
    } else if (key.startsWith(keys.removed)) {
      state.removed[key.slice(keys.removed.length)] = await readScores(redis, key);
    } else if (key.startsWith(keys.groups)) {
      await readGroupKey(redis, keys, key, state.groups);
    } else if (key.startsWith(keys.batch)) {
      state.batches[key.slice(keys.batch.length)] = await readBatchKey(redis, key);
    } else if (key.startsWith(keys.worker)) {
      state.details[key.slice(keys.worker.length)] = await redis.hgetall(key);
    } else if (key.startsWith(keys.figures)) {
      state.figures[key.slice(keys.figures.length)] = mapValues(await redis.hgetall(key), Number);
    } else if (key.startsWith(keys.progress)) {
      state.progress[key.slice(keys.progress.length)] = await redis.hgetall(key);
    } else {
      await readKey(redis, keys, key, state);
    }
  }
  return state;
}

async function readKey(redis: Redis, keys: Keys, key: string, state: State): Promise<void> {
  switch (key) {
    case keys.jobs:
      readRecords(await redis.hgetallBuffer(key), state);
      break;
    case keys.reservations:
      state.reservations = mapValues(await redis.hgetall(key), (reservation) => {
        const [token, ms, place, call = "", reservedAt, ...wid] = reservation.split(" ");
        return {
          wid: wid.join(" "),
          reservedAt: Number(reservedAt),
          place: placeOf(Number(place)),
          call,
          ...(token !== "0" && { lease: { token: Number(token), ms: Number(ms) } }),
        };
      });
      break;
    case keys.ties:
      state.ties = mapValues(
        await redis.hgetallBuffer(key),
        (packed) => packr.unpack(packed) as Ties,
      );
      break;
    case keys.flushes:
      state.flushes = Number(await redis.get(key));
      break;
    case keys.queues:
      state.queueNames = (await redis.smembers(key)).toSorted();
      break;
    case keys.cancelling:
      state.cancelling = (await redis.smembers(key)).toSorted();
      break;
    case keys.cancels:
      state.cancels = mapValues(await redis.hgetallBuffer(key), readCancel);
      break;
    case keys.paused:
      state.paused = (await redis.smembers(key)).toSorted();
      break;
    case keys.removals:
      // Their sets are read one by one; a number without a set would be a fault.
      for (const removal of await redis.smembers(key)) state.removed[removal] ??= {};
      break;
    case keys.alive:
      state.alive = Number(await redis.get(key));
      break;
    case keys.outage:
      state.outage = (await redis.get(key)) ?? "";
      break;
    case keys.tokens:
      state.token = Number(await redis.get(key));
      break;
    case keys.sequence:
      state.sequence = Number(await redis.get(key));
      break;
    case keys.revived:
      state.revived = mapValues(await redis.hgetall(key), Number);
      break;
    case keys.counters:
      state.counters = mapValues(await redis.hgetall(key), Number);
      break;
    case keys.history:
      state.history = mapValues(await redis.hgetall(key), Number);
      break;
    default: {
      const set = SCORED.find((name) => keys[name] === key);
      if (set === undefined) throw new Error(`a key that nobody knows: ${key}`);
      state[set] = await readScores(redis, key);
    }
  }
}

async function readBatchKey(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case "hash": {
      const fields = Object.entries(await redis.hgetall(key));
      return Object.fromEntries(fields.filter(([name]) => !/ecord$|^tags$/.test(name)));
    }
    case "set":
      return (await redis.smembers(key)).toSorted();
    default:
      return await readScores(redis, key);
  }
}

/** Unlike the store it takes records of any version. */
function readRecords(records: Record<string, Buffer>, { jobs, damaged }: State): void {
  for (const [jid, record] of Object.entries(records)) {
    try {
      const [header, text] = packr.unpackMultiple(record) as [JobHeader, Buffer];
      jobs[jid] = { ...header, text: text.toString() };
    } catch {
      damaged[jid] = record.toString("hex");
    }
  }
}

async function readScores(redis: Redis, key: string): Promise<Record<string, number>> {
  const flat = await redis.zrange(key, "0", "-1", "WITHSCORES");
  const members = flat.filter((_item, index) => index % 2 === 0);
  return Object.fromEntries(members.map((member, index) => [member, Number(flat[index * 2 + 1])]));
}

function scoreOf(place: string): number {
  const [priority = Number.NaN, sequence = Number.NaN] = place.split("/").map(Number);
  return (9 - priority) * PLACES_A_PRIORITY + sequence;
}

function placeOf(score: number): string {
  return `${9 - Math.floor(score / PLACES_A_PRIORITY)}/${score % PLACES_A_PRIORITY}`;
}

function mapValues<Value, Result>(
  record: Record<string, Value>,
  convert: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, convert(value)] as const),
  );
}
