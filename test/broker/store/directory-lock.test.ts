import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lockDirectory } from "../../../broker/store/directory-lock.ts";
import { withFolder } from "../../kit/folder.ts";
import { runScript } from "../../kit/process.ts";

const test = suite("store/directory-lock");

const module = new URL("../../../broker/store/directory-lock.ts", import.meta.url).href;

/** Another process that takes the lock, and says so. */
async function lockElsewhere(folder: string) {
  return await runScript(`
    const { lockDirectory } = await import(${JSON.stringify(module)});
    await lockDirectory(${JSON.stringify(folder)});
    console.log("locked");
    setInterval(() => {}, 1_000);`);
}

async function refusal(folder: string): Promise<string> {
  try {
    await lockDirectory(folder);
    return "it was not refused";
  } catch (error) {
    return (error as Error).message;
  }
}

test(
  "who comes second is refused, and told what to do",
  withFolder(async (folder) => {
    const lock = await lockDirectory(folder);
    assert.is(
      await refusal(folder),
      `another millrace broker is running on ${folder}: choose another -d, or stop it`,
    );
    await lock.release();
  }),
);

test(
  "after a release it is to be had again, and nothing of it is left",
  withFolder(async (folder) => {
    const lock = await lockDirectory(folder);
    await lock.release();
    assert.not(existsSync(join(folder, "millrace.lock")));
    const again = await lockDirectory(folder);
    await again.release();
    await again.release();
  }),
);

test(
  "two folders have nothing to do with each other",
  withFolder((one) =>
    withFolder(async (other) => {
      const locks = await Promise.all([lockDirectory(one), lockDirectory(other)]);
      await Promise.all(locks.map((lock) => lock.release()));
    })(),
  ),
);

test(
  "another process's lock holds as long as it lives, and is taken over when it was killed",
  withFolder(async (folder) => {
    const { child } = await lockElsewhere(folder);
    assert.match(await refusal(folder), "another millrace broker");
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
    assert.ok(existsSync(join(folder, "millrace.lock")), "the killed process left it behind");
    const lock = await lockDirectory(folder);
    assert.match(await refusal(folder), "another millrace broker");
    await lock.release();
  }),
);

test(
  "of several that find a stale lock at the same moment one gets it",
  withFolder(async (folder) => {
    const { child } = await lockElsewhere(folder);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
    const tries = Array.from({ length: 4 }, () => lockDirectory(folder));
    const outcomes = await Promise.allSettled(tries);
    const locks = outcomes.flatMap((outcome) =>
      outcome.status === "fulfilled" ? [outcome.value] : [],
    );
    assert.is(locks.length, 1);
    assert.match(await refusal(folder), "another millrace broker");
    await locks[0]?.release();
  }),
);

test(
  "a folder that can't be locked at all says why",
  withFolder(async (folder) => {
    writeFileSync(join(folder, "file"), "");
    assert.match(await refusal(join(folder, "file")), /ENOTDIR|EACCES|ENOENT/);
  }),
);

test.run();
