import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";

type HoldingLock = <T>(
  work: () => T | Promise<T>,
  options: { path: string; waitMs?: number },
) => Promise<T>;

// Plain Node, which has no types of its own.
const url = new URL("../../../bin/setup/lock.mjs", import.meta.url);
const { holdingLock } = (await import(url.href)) as { holdingLock: HoldingLock };

const test = suite<{ folder: string; path: string }>("set-up: the lock");

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), "millrace-lock-"));
  context.path = join(context.folder, "lock");
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true }));

test("two set-ups go one after the other", async ({ path }) => {
  const order: string[] = [];
  const setUp = async (name: string) => {
    order.push(`${name} begins`);
    await sleep(20);
    order.push(`${name} ends`);
  };
  await Promise.all(["one", "other"].map((name) => holdingLock(() => setUp(name), { path })));
  assert.equal(order, ["one begins", "one ends", "other begins", "other ends"]);
  assert.not(existsSync(path));
});

test("it is given back when the work fails", async ({ path }) => {
  const failing = holdingLock(() => Promise.reject(new Error("no network")), { path });
  assert.is(await failing.catch((error: Error) => error.message), "no network");
  assert.not(existsSync(path));
});

test("one that a crash left behind is taken over", async ({ path }) => {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  writeFileSync(path, String(pid));
  assert.is(await holdingLock(() => "done", { path, waitMs: 0 }), "done");
});

test("one that is held for too long is named", async ({ path }) => {
  writeFileSync(path, String(process.pid));
  const outcome = holdingLock(() => "done", { path, waitMs: 0 });
  assert.match(await outcome.catch((error: Error) => error.message), `delete ${path}`);
});

test.run();
