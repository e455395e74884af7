// limit: 120 s
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startBroker, type TestBroker } from "../kit/broker.ts";
import { startProgram } from "../kit/program.ts";
import { temporaryDirectory } from "../kit/serve.ts";
import { until } from "../kit/until.ts";

const test = suite("the installed package");

const root = fileURLToPath(new URL("../../", import.meta.url));

let broker: TestBroker;
let project: string;

test.before(async () => {
  broker = await startBroker();
  project = installInEmptyProject();
});

test.after(() => broker.stop());

/** The blocks of TypeScript in the README, in order. */
function readmeBlocks(): string[] {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  return [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block = ""]) => block);
}

/**
 * What `npm install <tarball>` does, without the network: the tarball is unpacked where the package
 * belongs, beside the dependencies that it names, and those of who writes TypeScript.
 */
function installInEmptyProject(): string {
  const directory = temporaryDirectory();
  const pack = ["pack", "--json", "--ignore-scripts", "--pack-destination", directory];
  const packed = spawnSync("npm", pack, { cwd: root, encoding: "utf8" });
  assert.is(packed.status, 0, packed.stderr);
  const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }];
  const modules = join(directory, "node_modules");
  mkdirSync(join(modules, "millrace"), { recursive: true });
  const target = ["-C", join(modules, "millrace"), "--strip-components=1"];
  const unpacked = spawnSync("tar", ["-xzf", join(directory, filename), ...target]);
  assert.is(unpacked.status, 0, String(unpacked.stderr));
  const { dependencies } = JSON.parse(
    readFileSync(join(modules, "millrace/package.json"), "utf8"),
  ) as { dependencies: Record<string, string> };
  mkdirSync(join(modules, "@types"));
  for (const name of [...Object.keys(dependencies), "@types/node", "undici-types"]) {
    symlinkSync(join(root, "node_modules", name), join(modules, name));
  }
  const options = {
    module: "nodenext",
    target: "es2023",
    types: ["node"],
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
  };
  writeFileSync(join(directory, "package.json"), '{ "type": "module" }');
  writeFileSync(join(directory, "tsconfig.json"), JSON.stringify({ compilerOptions: options }));
  return directory;
}

function write(name: string, text: string): void {
  writeFileSync(join(project, name), text);
}

function compile() {
  const tsc = join(root, "node_modules/.bin/tsc");
  const { status, stdout } = spawnSync(tsc, ["-p", project], { encoding: "utf8" });
  return { status, stdout };
}

const start = (args: readonly string[]) =>
  startProgram(args, {
    cwd: project,
    environment: { FAKTORY_URL: `tcp://127.0.0.1:${broker.port}` },
  });

const MILLRACE = "node_modules/millrace/dist/bin/millrace.js";

test("what its pages point to is in it", () => {
  const home = join(project, "node_modules/millrace");
  const pages = readdirSync(join(home, "docs")).filter((name) => name.endsWith(".md"));
  const dead = ["README.md", ...pages.map((name) => join("docs", name))].flatMap((page) => {
    const text = readFileSync(join(home, page), "utf8");
    const targets = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(
      ([, target = ""]) => target,
    );
    return targets
      .filter((target) => !existsSync(join(home, dirname(page), target)))
      .map((target) => `${page}: ${target}`);
  });
  assert.equal(dead, []);
});

test("the README's worker and producer type-check", () => {
  const [worker = "", producer = ""] = readmeBlocks();
  assert.ok(worker.trim().split("\n").length + producer.trim().split("\n").length <= 20);
  write("worker.ts", worker);
  write("producer.ts", producer);
  assert.equal(compile(), { status: 0, stdout: "" });
});

test("wrong arguments do not", () => {
  const [, producer = ""] = readmeBlocks();
  write("wrong.ts", producer.replace('["a.png", 300]', '["a.png", "300"]'));
  const { status, stdout } = compile();
  assert.is.not(status, 0);
  assert.match(stdout, /wrong\.ts\D+5\b.*error TS2322: Type .string. is not assignable to type/);
  write("wrong.ts", "");
});

test("without tsx, and where Node does not read it, TypeScript is refused with a word", async () => {
  if ("typescript" in process.features) return;
  const { ended, stderr } = start([MILLRACE, "work", "./worker.ts"]);
  assert.is(await ended, 1);
  assert.match(
    stderr(),
    /^millrace: this Node v[\d.]+ does not read TypeScript: install tsx, or use/,
  );
});

test("they run", async () => {
  for (const name of ["tsx", "esbuild", "get-tsconfig", "@esbuild"]) {
    symlinkSync(join(root, "node_modules", name), join(project, "node_modules", name));
  }
  const worker = start([MILLRACE, "work", "./worker.ts"]);
  const producer = start(["--import", "tsx", "producer.ts"]);
  assert.is(await producer.ended, 0, producer.stderr());
  const [, jid = ""] = /^pushed ([0-9a-f]{24})\n$/.exec(producer.stdout()) ?? [];
  await until(() => worker.stdout() !== "", { what: "the job is run", withinMs: 15_000 });
  assert.match(worker.stderr(), /^millrace: worker [-0-9a-f]{36} is connected, and runs\n$/);
  assert.is(worker.stdout(), `${jid}: a.png to 300 pixels false\n`);
  worker.child.kill("SIGTERM");
  assert.is(await worker.ended, 0);
});

test.run();
