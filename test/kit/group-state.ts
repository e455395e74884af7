import type { ChainableCommander, Redis } from "ioredis";
import type { Keys } from "../../broker/store/keys.ts";
import type { GroupCancellation } from "../../broker/store/store.ts";

/** What is kept of a group of jobs: how it has each of them, and its last cancellation. */
export interface Group {
  jobs?: Record<string, Hold>;
  cancellation?: GroupCancellation;
}

/** By their scores. */
const HOLDS = ["live", "called off", "kept"] as const;

type Hold = (typeof HOLDS)[number];

export function seedGroup(
  batch: ChainableCommander,
  { groups }: Keys,
  name: string,
  { jobs = {}, cancellation }: Group,
): void {
  for (const [jid, hold] of Object.entries(jobs)) {
    batch.zadd(`${groups}jobs:${name}`, HOLDS.indexOf(hold), jid);
    batch.sadd(`${groups}names`, name);
  }
  if (cancellation === undefined) return;
  const { at, reason = "", by = "", waiting, endedAt } = cancellation;
  batch.hset(`${groups}cancel:${name}`, { at, reason, by, waiting, ...(endedAt && { endedAt }) });
  if (endedAt === undefined) batch.sadd(`${groups}closed`, name);
  else batch.zadd(`${groups}ended`, endedAt, name);
}

/** Reads one of the keys of groups into what is known by now. Throws where they don't fit together. */
export async function readGroupKey(
  redis: Redis,
  { groups: prefix }: Keys,
  key: string,
  groups: Record<string, Group>,
): Promise<void> {
  const [kind = "", ...rest] = key.slice(prefix.length).split(":");
  const name = rest.join(":");
  if (kind === "jobs") {
    groups[name] = { ...groups[name], jobs: await readJobs(redis, key) };
    check((await redis.sismember(`${prefix}names`, name)) === 1, `${name} is known by name`);
  } else if (kind === "cancel") {
    const cancellation = readCancellation(await redis.hgetall(key));
    const { endedAt } = cancellation;
    groups[name] = { ...groups[name], cancellation };
    const isClosed = (await redis.sismember(`${prefix}closed`, name)) === 1;
    check(isClosed === (endedAt === undefined), `${name} is closed until its cancellation ends`);
    const endedScore = await redis.zscore(`${prefix}ended`, name);
    // A batch's cancellation is kept as long as the batch.
    const isListed = endedAt !== undefined && !name.startsWith("batch:");
    check(endedScore === (isListed ? endedAt.toString() : null), `${name} has ended when it has`);
  } else {
    const isSet = kind !== "ended";
    const names = await (isSet ? redis.smembers(key) : redis.zrange(key, "0", "-1"));
    for (const one of names) {
      const own = kind === "names" ? `jobs:${one}` : `cancel:${one}`;
      check((await redis.exists(prefix + own)) === 1, `${one} has what ${kind} says`);
    }
  }
}

async function readJobs(redis: Redis, key: string): Promise<Record<string, Hold>> {
  const jobs: Record<string, Hold> = {};
  const flat = await redis.zrange(key, "0", "-1", "WITHSCORES");
  for (let index = 0; index < flat.length; index += 2) {
    const hold = HOLDS[Number(flat[index + 1])];
    if (hold === undefined) throw new Error(`a score that nobody knows: ${flat[index + 1]}`);
    jobs[flat[index] ?? ""] = hold;
  }
  return jobs;
}

function readCancellation(told: Record<string, string>): GroupCancellation {
  const { at, reason, by, waiting, endedAt } = told;
  const cancellation: GroupCancellation = { at: Number(at), waiting: Number(waiting) };
  if (reason) cancellation.reason = reason;
  if (by) cancellation.by = by;
  if (endedAt !== undefined) cancellation.endedAt = Number(endedAt);
  return cancellation;
}

function check(isSound: boolean, what: string): void {
  if (!isSound) throw new Error(`of groups it is not true that ${what}`);
}
