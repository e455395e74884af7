import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";

// Who may import whom is written down in .oxlintrc.json. A pattern that matches nothing looks just
// like a rule that nobody breaks, so here the rules are broken on purpose.

const root = fileURLToPath(new URL("..", import.meta.url));

const value = (from: string) => `import { a } from "${from}"; a();`;
const type = (from: string) => `import type { A } from "${from}"; export type B = A;`;

const forbidden: [file: string, code: string][] = [
  ["protocol/a.ts", value("node:net")],
  ["protocol/a.ts", value("node:fs/promises")],
  ["protocol/a.ts", value("ioredis")],
  ["protocol/a.ts", value("pino")],
  ["protocol/a.ts", type("../broker/engine/push.ts")],
  ["protocol/commands/a.ts", value("../../broker/index.ts")],
  ["protocol/commands/a.ts", value("node:tls")],

  ["worker-sdk/a.ts", value("../broker/index.ts")],
  ["worker-sdk/a.ts", value("ioredis")],
  ["worker-sdk/a.ts", value("pino")],

  ["spec/a.ts", value("../protocol/job.ts")],
  ["spec/a.ts", type("../protocol/job.ts")],
  ["spec/a.ts", value("ioredis")],

  ["bin/a.ts", value("ioredis")],
  ["bin/a.ts", value("../test/kit/redis.ts")],

  ["broker/a.ts", value("ioredis")],
  ["broker/a.ts", value("msgpackr")],
  ["broker/a.ts", value("msgpackr/pack")],
  ["broker/a.ts", value("pino")],
  ["broker/a.ts", value("commander")],
  ["broker/a.ts", value("../worker-sdk/index.ts")],

  ["broker/server/a.ts", value("../store/store.ts")],
  ["broker/server/a.ts", value("../tasks/promote.ts")],
  ["broker/server/a.ts", value("ioredis")],
  ["broker/server/a.ts", value("pino")],

  ["broker/commands/a.ts", value("../store/keys.ts")],
  ["broker/commands/a.ts", type("../store/store.ts")],
  ["broker/commands/a.ts", value("../server/connection.ts")],
  ["broker/commands/a.ts", value("node:net")],

  ["broker/tasks/a.ts", value("../store/redis-store.ts")],
  ["broker/tasks/a.ts", value("../commands/push.ts")],
  ["broker/tasks/a.ts", value("../../protocol/commands/push.ts")],

  ["broker/engine/a.ts", value("node:net")],
  ["broker/engine/a.ts", value("ioredis")],
  ["broker/engine/a.ts", value("../store/store.ts")],
  ["broker/engine/a.ts", type("../store/keys.ts")],
  ["broker/engine/a.ts", value("../commands/push.ts")],
  ["broker/engine/a.ts", value("../server/connection.ts")],
  ["broker/engine/a.ts", value("../tasks/promote.ts")],
  ["broker/engine/a.ts", value("../../protocol/commands/push.ts")],
  ["broker/engine/a.ts", "export const now = Date.now();"],

  ["broker/store/a.ts", value("../engine/push.ts")],
  ["broker/store/a.ts", value("../commands/push.ts")],
  ["broker/store/a.ts", value("pino")],
  ["broker/store/a.ts", "export const now = Date.now();"],
  ["broker/store/a.ts", "export const id = Math.random();"],

  ["broker/a.ts", "process.exit(1);"],
  ["worker-sdk/a.ts", "process.exit(1);"],
  ["test/a.ts", "process.exit(1);"],
];

const allowed: [file: string, code: string][] = [
  ["protocol/a.ts", value("./job.ts")],
  ["protocol/a.ts", value("./commands/push.ts")],
  ["protocol/a.ts", value("node:crypto")],
  ["protocol/commands/a.ts", value("../job.ts")],
  ["worker-sdk/a.ts", value("../protocol/commands/push.ts")],
  ["worker-sdk/a.ts", value("node:timers/promises")],
  ["spec/a.ts", value("node:fs/promises")],
  ["bin/a.ts", value("pino")],
  ["bin/a.ts", value("../broker/index.ts")],
  ["bin/a.ts", "process.exit(1);"],
  ["broker/a.ts", value("./store/redis-store.ts")],
  ["broker/server/a.ts", value("node:net")],
  ["broker/server/a.ts", value("../commands/index.ts")],
  ["broker/commands/a.ts", value("../../protocol/commands/push.ts")],
  ["broker/commands/a.ts", value("../engine/push.ts")],
  ["broker/tasks/a.ts", value("../engine/push.ts")],
  ["broker/engine/a.ts", type("../store/store.ts")],
  ["broker/engine/a.ts", value("../../protocol/job.ts")],
  ["broker/engine/a.ts", type("../../protocol/commands/fail.ts")],
  ["broker/store/a.ts", value("ioredis")],
  ["broker/store/a.ts", value("msgpackr")],
  ["broker/store/a.ts", value("msgpackr/pack")],
  ["test/a.ts", value("../broker/store/keys.ts")],
  ["bench/a.ts", value("ioredis")],
];

const test = suite("boundaries");

test("each boundary is reported, and what is allowed is not", () => {
  const folder = mkdtempSync(join(tmpdir(), "millrace-boundaries-"));
  try {
    cpSync(join(root, ".oxlintrc.json"), join(folder, ".oxlintrc.json"));
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    const cases = [...forbidden, ...allowed].map(([file, code], index) => ({
      name: file.replace("a.ts", `case-${index}.ts`),
      description: `${file}: ${code}`,
      code,
    }));
    for (const { name, code } of cases) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), code);
    }

    const reported = filesBreakingABoundary(folder);
    assert.equal(
      cases.filter(({ name }) => reported.has(name)).map(({ description }) => description),
      forbidden.map(([file, code]) => `${file}: ${code}`),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function filesBreakingABoundary(folder: string): Set<string> {
  const { stdout } = spawnSync(join(root, "node_modules/.bin/oxlint"), ["-f", "json", "."], {
    cwd: folder,
    encoding: "utf8",
  });
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { code: string; filename: string }[];
  };
  const broken = diagnostics.filter(({ code }) => code.includes("no-restricted-"));
  return new Set(broken.map(({ filename }) => filename));
}

test.run();
