// Shows that the tests of defects tell a Faktory from a millrace:
//
//   node --import ./bin/from-source.mjs test/defects/against.ts
//       a Faktory of their own for each: the program FAKTORY, or `faktory` on the PATH
//   node --import ./bin/from-source.mjs test/defects/against.ts <port>
//       the server at this port of this machine. Some tests end a Faktory, and all delete jobs
//
// Prints a table; ends with 1 when millrace has a defect, or when no test found one in the other.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBroker } from "../kit/broker.ts";
import { until } from "../kit/until.ts";
import { Wire } from "../kit/wire.ts";
import { type Defect, nameOf } from "./defect.ts";
import { wireDefects } from "./wire-defects.ts";

interface Server {
  port: number;
  stop: () => Promise<void>;
}

const FAKTORY = process.env["FAKTORY"] ?? "faktory";
const [given] = process.argv.slice(2);

const table: { name: string; millrace: string; other: string }[] = [];
for (const defect of wireDefects) {
  const millrace = await tryOut(defect, startMillrace);
  const canTry = given === undefined || defect.password === undefined;
  const other = canTry ? await tryOut(defect, startOther) : "not tried: it needs a password";
  table.push({ name: nameOf(defect), millrace, other });
  console.log(`${nameOf(defect)}\n    millrace: ${millrace}\n    the other: ${other}`);
}
const width = Math.max(...table.map(({ name }) => name.length));
console.log(`\n${"defect".padEnd(width)}  millrace  the other`);
for (const { name, millrace, other } of table) {
  const short = (outcome: string) => (outcome === "right" ? "right" : "DEFECT").padEnd(8);
  console.log(`${name.padEnd(width)}  ${short(millrace)}  ${short(other)}`);
}
const isMillraceRight = table.every(({ millrace }) => millrace === "right");
process.exitCode = isMillraceRight && table.some(({ other }) => other !== "right") ? 0 : 1;

/** "right", or what was wrong, in a line. */
async function tryOut(
  defect: Defect,
  start: (password: string) => Promise<Server>,
): Promise<string> {
  const server = await start(defect.password ?? "");
  try {
    await defect.run(server.port);
    return "right";
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return text.replaceAll(/\s+/g, " ").slice(0, 120);
  } finally {
    await server.stop();
  }
}

function startMillrace(password: string): Promise<Server> {
  return startBroker({ access: { password, allowSingleHash: false } });
}

async function startOther(password: string): Promise<Server> {
  if (given === undefined) return await startFaktory(password);
  const port = Number(given.split(":").at(-1));
  await (await Wire.hello(port)).call("FLUSH");
  return { port, stop: async () => {} };
}

async function startFaktory(password: string): Promise<Server> {
  const [port, webPort] = [await freePort(), await freePort()];
  const directory = mkdtempSync(join(tmpdir(), "millrace-faktory-"));
  const address = ["-b", `127.0.0.1:${port}`, "-w", `127.0.0.1:${webPort}`];
  const child = spawn(FAKTORY, [...address, "-d", join(directory, "db"), "-c", directory], {
    stdio: "ignore",
    env: { ...process.env, FAKTORY_PASSWORD: password },
  });
  const ended = once(child, "exit");
  await until(async () => child.exitCode !== null || (await isThere(port)), {
    what: "Faktory listens: is FAKTORY the path of the program?",
    withinMs: 10_000,
  });
  return {
    port,
    async stop() {
      child.kill("SIGTERM");
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function isThere(port: number): Promise<boolean> {
  const wire = await Wire.open(port);
  wire.close();
  return wire.greeting.startsWith("+HI");
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
