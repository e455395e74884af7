import type { RedisLink } from "./redis-link.ts";
import { pairs } from "./redis-reply.ts";
import { StoreUnavailable } from "./store.ts";

/** ZRANGE and the script features that we use are older; this is what is tested. */
const MIN_VERSION = [6, 2] as const;

/**
 * Looks whether a Redis that somebody else runs keeps what it acknowledges.
 * @returns what is unsafe, each a sentence for the operator; empty when all is well
 * @throws StoreUnavailable when it is too old to work at all
 */
export async function findDangers(link: RedisLink): Promise<string[]> {
  const facts = parseInfo(String(await link.call("INFO")));
  checkVersion(facts.get("redis_version") ?? "0");
  const dangers: string[] = [];
  const policy = facts.get("maxmemory_policy") ?? "unknown";
  if (policy !== "noeviction") {
    dangers.push(
      `maxmemory-policy is ${policy}: Redis may delete jobs to make room. Set it to noeviction.`,
    );
  }
  if (facts.get("role") === "slave") {
    dangers.push("this Redis is a replica: nothing can be written to it. Name the primary.");
  }
  if (facts.get("aof_enabled") !== "1") {
    dangers.push(
      "there is no append-only file: acknowledged jobs are lost when Redis stops. Set appendonly to yes.",
    );
  } else {
    const fsync = await findSetting(link, "appendfsync");
    if (fsync !== "always") {
      dangers.push(
        `appendfsync is ${fsync ?? "unknown"}: up to some seconds of acknowledged jobs are lost when the machine fails. Set it to always to lose none.`,
      );
    }
  }
  return dangers;
}

function parseInfo(info: string): Map<string, string> {
  const lines = info.split("\r\n").filter((line) => line.includes(":"));
  return new Map(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1)];
    }),
  );
}

function checkVersion(version: string): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [minMajor, minMinor] = MIN_VERSION;
  if (major > minMajor || (major === minMajor && minor >= minMinor)) return;
  throw new StoreUnavailable(
    `this Redis is version ${version}; millrace needs ${MIN_VERSION.join(".")} or later, or Valkey`,
  );
}

/** Managed services do not show their settings: then the answer is undefined. */
async function findSetting(link: RedisLink, name: string): Promise<string | undefined> {
  try {
    const [setting] = pairs(await link.call("CONFIG", "GET", name));
    return setting?.[1].toString();
  } catch {
    return undefined;
  }
}
