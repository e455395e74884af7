// limit: 60 s
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";

// Runs the script, and with it bin/build.mjs, in small projects of their own. Nothing is installed:
// the dependencies are our own, and the package manager is a fake.

const root = fileURLToPath(new URL("../..", import.meta.url));

const test = suite<{ project: string }>("set-up");

test.before.each((context) => {
  const project = mkdtempSync(join(tmpdir(), "millrace-setup-"));
  context.project = project;
  for (const name of ["bin/setup.mjs", "bin/setup", "bin/build.mjs"]) {
    cpSync(join(root, name), join(project, name), { recursive: true });
  }
  cpSync(join(root, "package.json"), join(project, "package.json"));
  cpSync(join(root, "tsconfig.json"), join(project, "tsconfig.json"));
  // Asks for nothing: an npm ci in here would empty our own node_modules.
  write(project, "package-lock.json", '{ "packages": {} }');
  symlinkSync(join(root, "node_modules"), join(project, "node_modules"));

  write(project, "bin/millrace.ts", '#!/usr/bin/env node\nconsole.log("it runs");\n');
  write(project, "protocol/job.ts", "export const jid = 1;\n");
  write(project, "broker/store/lua/ack.lua", "return 1\n");
  write(project, "broker/store/lua/notes.md", "not for dist\n");
});

test.after.each(({ project }) => rmSync(project, { recursive: true }));

function write(project: string, name: string, text: string): void {
  mkdirSync(dirname(join(project, name)), { recursive: true });
  writeFileSync(join(project, name), text);
}

async function setUp(project: string, env = process.env) {
  const child = spawn(process.execPath, ["bin/setup.mjs"], { cwd: project, env });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  const [status] = (await once(child, "close")) as [number | null];
  return { ...output, status };
}

const built = { stdout: "", stderr: "millrace: building dist\n", status: 0 };
const nothingToDo = { stdout: "", stderr: "", status: 0 };

test("it builds once, and then has nothing to do", async ({ project }) => {
  assert.equal(await setUp(project), built);
  assert.equal(await setUp(project), nothingToDo);
});

test("what it built runs, and has the scripts beside it", async ({ project }) => {
  await setUp(project);
  const { stdout } = spawnSync(join(project, "dist/bin/millrace.js"), { encoding: "utf8" });
  assert.is(stdout, "it runs\n");
  assert.ok(existsSync(join(project, "dist/broker/store/lua/ack.lua")));
  assert.not(existsSync(join(project, "dist/broker/store/lua/notes.md")));
});

test("it builds again after an edit, and after a file was deleted", async ({ project }) => {
  await setUp(project);
  write(project, "protocol/job.ts", "export const jid = 22;\n");
  assert.equal(await setUp(project), built);
  assert.match(readFileSync(join(project, "dist/protocol/job.js"), "utf8"), "22");

  rmSync(join(project, "protocol/job.ts"));
  assert.equal(await setUp(project), built);
  assert.not(existsSync(join(project, "dist/protocol/job.js")));
});

test("a broken build says why, and leaves the last good one", async ({ project }) => {
  await setUp(project);
  const { ino } = statSync(join(project, "dist"));
  write(project, "protocol/job.ts", "export const jid: string = 1;\n");
  const { stderr, status } = await setUp(project);
  assert.is(status, 1);
  assert.match(stderr, "protocol/job.ts(1,14): error TS2322");
  assert.match(stderr, /\nmillrace: the build failed, see above\.\n$/);
  assert.is(statSync(join(project, "dist")).ino, ino);
});

test("a build without its scripts is a broken one", async ({ project }) => {
  rmSync(join(project, "broker/store/lua"), { recursive: true });
  const { stderr, status } = await setUp(project);
  assert.is(status, 1);
  assert.match(stderr, "no such file or directory, scandir");
  assert.not(existsSync(join(project, "dist")));
});

test("two at the same time build once", async ({ project }) => {
  const outcomes = await Promise.all([setUp(project), setUp(project)]);
  assert.ok(outcomes.every(({ status }) => status === 0));
  const output = outcomes.map(({ stderr }) => stderr).join("");
  assert.is(output.match(/building dist/g)?.length, 1);
});

test("without Redis it installs one, and switches off the service that comes with it", async ({
  project,
}) => {
  // A PATH on which there is a package manager that notes what it is asked for, and not much else.
  const path = join(project, "path");
  const fake = (name: string, script: string) => {
    write(project, `path/${name}`, `#!/bin/sh\n${script}\n`);
    chmodSync(join(path, name), 0o755);
  };
  const note = 'echo "${0##*/} $*" >>notes'; // where set-up runs its commands: in the project
  const install = 'case "$*" in install*) /bin/ln -s /bin/sh "${0%/*}/redis-server" ;; esac';
  fake("apt-get", `${note}; ${install}`);
  fake("systemctl", note);
  fake("service", note);
  fake("update-rc.d", note);
  fake("sudo", 'shift; exec "$@"'); // after -n
  symlinkSync("/usr/bin/env", join(path, "env"));
  symlinkSync(process.execPath, join(path, "node"));

  const { stderr, status } = await setUp(project, { PATH: path });
  assert.is(status, 0, stderr);
  assert.match(stderr, /^millrace: installing a Redis server .*\nmillrace: building dist\n$/);
  const notes = readFileSync(join(project, "notes"), "utf8");
  assert.match(notes, /^apt-get update\napt-get install .* redis-server\n(systemctl|service) /);
});

test("without Redis and without a way to install it, it says so and stops", async ({ project }) => {
  const { stderr, status } = await setUp(project, { PATH: project });
  assert.is(status, 1);
  assert.match(stderr, "Install redis-server or valkey-server");
  assert.not(existsSync(join(project, "dist")));
});

test.run();
