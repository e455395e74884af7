// limit: 60 s
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { silentLogger } from "../../../broker/logger.ts";
import { EmbeddedRedis } from "../../../broker/store/embedded-redis.ts";
import { withFolder } from "../../kit/folder.ts";
import { isAlive, runScript } from "../../kit/process.ts";
import { until } from "../../kit/until.ts";

// However a broker's process ends, its Redis ends too: one that stayed would hold the directory's
// files open, and be found by nobody.

const test = suite("store/embedded-redis orphans");

const module = new URL("../../../broker/store/embedded-redis.ts", import.meta.url).href;

/** A process that starts a Redis, tells its process id, and then does `next`. */
async function startElsewhere(directory: string, next: string) {
  const { child, firstLine } = await runScript(`
    const { EmbeddedRedis } = await import(${JSON.stringify(module)});
    const ignore = () => {};
    let pid;
    const info = (fields) => { pid ??= fields.redisPid; };
    const log = { debug: ignore, info, warn: ignore, error: ignore };
    const redis = await EmbeddedRedis.start({
      directory: ${JSON.stringify(directory)}, durability: "everysec", log, onGivenUp: ignore,
    });
    console.log(pid);
    ${next}`);
  return { child, redisPid: Number(firstLine) };
}

test(
  "it ends when the broker is killed, and the next broker finds the directory free",
  withFolder(async (directory) => {
    const { child, redisPid } = await startElsewhere(directory, "");
    assert.ok(isAlive(redisPid));
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
    // Without a pause: whoever restarts brokers does not wait either.
    const redis = await EmbeddedRedis.start({
      directory,
      durability: "always",
      log: silentLogger,
      onGivenUp: () => {},
    });
    await until(() => !isAlive(redisPid), { what: "the orphan has ended" });
    await redis.stop();
  }),
);

test(
  "it ends by itself when the broker is killed and nobody comes after it",
  withFolder(async (directory) => {
    const { child, redisPid } = await startElsewhere(directory, "");
    child.kill("SIGKILL");
    await until(() => !isAlive(redisPid), { what: "the orphan has ended" });
  }),
);

test(
  "it ends when the broker forgets to stop it",
  withFolder(async (directory) => {
    const { redisPid } = await startElsewhere(directory, "process.exit(0);");
    await until(() => !isAlive(redisPid), { what: "the orphan has ended" });
  }),
);

test(
  "Ctrl-C reaches neither it nor its guard: they are in process groups of their own",
  withFolder(async (directory) => {
    const { child, redisPid } = await startElsewhere(directory, "");
    const { stdout } = spawnSync("ps", ["-eo", "pid,pgid,args"], { encoding: "utf8" });
    const rows = stdout.split("\n").map((line) => line.trim().split(/\s+/));
    const groupOf = (isMeant: (pid: number, args: string) => boolean) =>
      rows.find(([pid, , ...args]) => isMeant(Number(pid), args.join(" ")))?.[1];
    const groups = [
      groupOf((pid) => pid === child.pid),
      groupOf((pid) => pid === redisPid),
      groupOf((_pid, args) => args.endsWith(`kill -TERM "$0" ${redisPid}`)),
    ];
    assert.not(groups.includes(undefined));
    assert.is(new Set(groups).size, 3);
    child.kill("SIGKILL");
    await until(() => !isAlive(redisPid), { what: "the orphan has ended" });
  }),
);

test.run();
