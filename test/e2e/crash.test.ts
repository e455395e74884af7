// limit: 180 s
import { randomInt } from "node:crypto";
import { join } from "node:path";
import { Redis } from "ioredis";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isAlive, type Serving, serve, temporaryDirectory } from "../kit/serve.ts";
import { until } from "../kit/until.ts";
import { Wire } from "../kit/wire.ts";

const ROUNDS = 20;
const PRODUCERS = 6;
const WORKERS = 6;

/** What the clients know for certain of every job, from the replies that they got. */
class Ledger {
  /** Its PUSH was answered with OK. */
  readonly pushed = new Set<string>();
  /** A worker has got it, and has not begun to acknowledge it. */
  readonly held = new Set<string>();
  /** Its ACK was sent, and never answered: it may be done or not. */
  readonly inDoubt = new Set<string>();
  /** Its ACK was answered with OK. */
  readonly done = new Set<string>();
  #pushes = 0;

  newJid(): string {
    return `job-${String(++this.#pushes).padStart(8, "0")}`;
  }
}

/** Where the store has each job, read straight from Redis. */
interface Places {
  records: Set<string>;
  queued: string[];
  working: string[];
  elsewhere: string[];
}

async function readPlaces(directory: string): Promise<Places> {
  const redis = new Redis({ path: join(directory, "millrace-redis.sock"), protocol: 2 });
  const key = (name: string) => `mr:{default}:${name}`;
  const all = (name: string) => redis.zrange(key(name), "0", "-1");
  try {
    const queues = await redis.smembers(key("queues"));
    return {
      records: new Set(await redis.hkeys(key("jobs"))),
      queued: (await Promise.all(queues.map((name) => all(`queue:${name}`)))).flat(),
      working: await all("working"),
      elsewhere: (await Promise.all(["scheduled", "retries", "dead"].map(all))).flat(),
    };
  } finally {
    redis.disconnect();
  }
}

/** Pushes until the connection breaks. */
async function produce(port: number, ledger: Ledger): Promise<void> {
  const wire = await Wire.hello(port);
  for (;;) {
    const jid = ledger.newJid();
    const reply = await wire.push({ jid, queue: `q${randomInt(3)}` });
    if (reply !== "+OK") return;
    ledger.pushed.add(jid);
  }
}

/** Fetches and acknowledges until the connection breaks; keeps one job in four. */
async function work(port: number, ledger: Ledger): Promise<void> {
  const wire = await Wire.hello(port);
  for (;;) {
    const reply = await wire.call("FETCH q0 q1 q2");
    if (reply === "$-1") continue;
    if (!reply.startsWith("{")) return;
    const { jid } = JSON.parse(reply) as { jid: string };
    ledger.held.add(jid);
    if (randomInt(4) === 0) continue;
    ledger.held.delete(jid);
    ledger.inDoubt.add(jid);
    if ((await wire.call(`ACK {"jid":"${jid}"}`)) !== "+OK") return;
    ledger.inDoubt.delete(jid);
    ledger.done.add(jid);
  }
}

/** Kills broker and Redis at a moment of its own choosing, in either order. */
async function killBoth(serving: Serving): Promise<void> {
  const { redisPid } = serving;
  const victims = [serving.process.pid as number, redisPid];
  if (randomInt(2) === 0) victims.reverse();
  for (const pid of victims) process.kill(pid, "SIGKILL");
  await serving.ended;
  await until(() => !isAlive(redisPid), { what: "Redis has ended" });
}

function check(ledger: Ledger, { records, queued, working, elsewhere }: Places): void {
  const places = [...queued, ...working, ...elsewhere];
  assert.is(places.length, new Set(places).size, "no job is in two places");
  assert.equal(new Set(places), records, "every record has a place, and every place a record");
  const lost = [...ledger.pushed].filter(
    (jid) => !records.has(jid) && !ledger.done.has(jid) && !ledger.inDoubt.has(jid),
  );
  assert.equal(lost, [], "every acknowledged push is there, unless it was done");
  assert.equal(
    [...ledger.done].filter((jid) => records.has(jid)),
    [],
    "no acknowledged ACK is undone",
  );
  const isWorking = new Set(working);
  assert.equal(
    [...ledger.held].filter((jid) => !isWorking.has(jid)),
    [],
    "every job that a worker holds is still reserved",
  );
}

const test = suite("kill -9 of broker and Redis under load");

test(`loses nothing and doubles nothing, ${ROUNDS} times over`, async () => {
  const directory = temporaryDirectory();
  const ledger = new Ledger();
  for (let round = 0; round < ROUNDS; round++) {
    const serving = await serve({ directory });
    check(ledger, await readPlaces(directory));
    const before = ledger.pushed.size;
    const clients = Promise.all([
      ...Array.from({ length: PRODUCERS }, () => produce(serving.port, ledger)),
      ...Array.from({ length: WORKERS }, () => work(serving.port, ledger)),
    ]);
    const enough = before + randomInt(50, 600);
    await until(() => ledger.pushed.size > enough, { what: "load", withinMs: 20_000 });
    await killBoth(serving);
    await clients;
  }
  const serving = await serve({ directory });
  check(ledger, await readPlaces(directory));
  assert.ok(ledger.done.size > 0 && ledger.held.size > 0, "there was work under way");
  assert.is(await serving.stop(), 0);
});

test.run();
