// limit: 120 s
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../../worker-sdk/client.ts";
import { startBroker } from "../kit/broker.ts";
import { type Program, startProgram } from "../kit/program.ts";
import { temporaryDirectory } from "../kit/serve.ts";
import { until } from "../kit/until.ts";

const LEASE_SECONDS = 3;

const SDK = new URL("../../worker-sdk/index.ts", import.meta.url).href;

/** A service that runs until its signal fires, and tells of its runs. */
const PROGRAM = `
  import { Worker } from ${JSON.stringify(SDK)};
  const tell = (told) => process.stdout.write(JSON.stringify(told) + "\\n");
  const worker = new Worker({ wid: process.env.WID, leaseSeconds: ${LEASE_SECONDS} });
  worker.service("poller", async ({ lease, signal, client }) => {
    tell({ began: lease.token });
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    const pushed = await client.push("child", [], { queue: "children" }).catch(({ name }) => name);
    tell({ ended: lease.token, why: signal.reason.name, pushed });
  }, { restartDelayMs: 100 });
  worker.events.on("expired", () => tell({ expired: true }));
  await worker.start();
  tell({ started: true });
  process.on("SIGTERM", () => worker.stop());
`;

interface Told {
  started?: true;
  began?: number;
  ended?: number;
  why?: string;
  pushed?: string;
  expired?: true;
}

interface FleetMember extends Program {
  wid: string;
  told: () => Told[];
}

interface Fleet {
  client: Client;
  members: FleetMember[];
  /** Who runs the service, by the token of its lease, once that is greater. */
  untilRunning(above: number, withinMs: number): Promise<{ member: FleetMember; token: number }>;
}

const test = suite("a service in a fleet of workers");

function startMember(port: number, wid: string): FleetMember {
  const file = join(temporaryDirectory(), "worker.mjs");
  writeFileSync(file, PROGRAM);
  const program = startProgram(["--import", "./bin/from-source.mjs", file], {
    environment: { FAKTORY_URL: `tcp://127.0.0.1:${port}`, WID: wid },
  });
  const told = () =>
    program
      .stdout()
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Told);
  return { ...program, wid, told };
}

/** A test's body with so many workers, all of which have been started. */
function withFleet(size: number, run: (fleet: Fleet) => Promise<void>): () => Promise<void> {
  return async () => {
    const broker = await startBroker();
    const client = new Client({ url: `tcp://127.0.0.1:${broker.port}` });
    const members = Array.from({ length: size }, (_, index) =>
      startMember(broker.port, `worker-${index}`),
    );
    const findRunning = (above: number) => {
      for (const member of members) {
        const token = member.told().findLast(({ began }) => began !== undefined)?.began ?? 0;
        if (token > above) return { member, token };
      }
      return undefined;
    };
    await until(() => members.every(({ told }) => told().some(({ started }) => started)), {
      what: "all have started",
      withinMs: 30_000,
    });
    await run({
      client,
      members,
      untilRunning: (above, withinMs) =>
        until(() => findRunning(above), { what: "one runs it", withinMs }),
    });
    for (const { child } of members) child.kill("SIGKILL");
    await client.close();
    await broker.stop();
  };
}

const runs = (members: readonly FleetMember[]) =>
  members.flatMap(({ told }) => told()).filter(({ began }) => began !== undefined);

test(
  "A1.1 runs in one of five, each time under a greater token",
  withFleet(5, async ({ client, members, untilRunning }) => {
    const tokens: number[] = [];
    for (let round = 1; round <= 4; round++) {
      const { member, token } = await untilRunning(tokens.at(-1) ?? 0, 5_000);
      tokens.push(token);
      assert.is(runs(members).length, round, "nobody else has begun");
      const record = await client.jobs.find("service.poller");
      assert.equal([record?.worker, record?.lease], [member.wid, token]);
      member.child.kill("SIGTERM");
      assert.is(await member.ended, 0, member.stderr());
    }
    assert.equal(
      tokens,
      tokens.toSorted((a, b) => a - b),
    );
  }),
);

test(
  "A1.2 runs elsewhere within the lease and a second when its process is killed",
  withFleet(2, async ({ client, untilRunning }) => {
    const first = await untilRunning(0, 5_000);
    first.member.child.kill("SIGKILL");
    const killedAt = performance.now();
    const { member } = await untilRunning(first.token, 10_000);
    const tookMs = performance.now() - killedAt;
    assert.ok(tookMs < (LEASE_SECONDS + 1) * 1_000 + 250, `${tookMs} ms`);
    assert.is.not(member.wid, first.member.wid);
    const record = await client.jobs.find("service.poller");
    assert.equal(
      record?.attempts.map(({ outcome, worker }) => [outcome, worker]),
      [["lost", first.member.wid]],
    );
  }),
);

test(
  "A1.3 is handed over within a second when its process is stopped, and nothing has failed",
  withFleet(2, async ({ client, untilRunning }) => {
    const first = await untilRunning(0, 5_000);
    first.member.child.kill("SIGTERM");
    const stoppedAt = performance.now();
    const { member } = await untilRunning(first.token, 5_000);
    const tookMs = performance.now() - stoppedAt;
    assert.ok(tookMs < 1_000, `${tookMs} ms`);
    assert.is.not(member.wid, first.member.wid);
    const record = await client.jobs.find("service.poller");
    assert.equal(
      record?.attempts.map(({ outcome, worker }) => [outcome, worker]),
      [["interrupted", first.member.wid]],
    );
    assert.equal([record?.attempt, record?.failure], [1, undefined]);
    assert.is((await client.info()).faktory.total_failures, 0);
  }),
);

test(
  "A1.6 is another's when its process was stopped for longer than the lease, and that learns it",
  withFleet(2, async ({ client, untilRunning }) => {
    const zombie = await untilRunning(0, 5_000);
    zombie.member.child.kill("SIGSTOP");
    const heir = await untilRunning(zombie.token, 10_000);
    zombie.member.child.kill("SIGCONT");
    await until(() => zombie.member.told().some(({ expired }) => expired), {
      what: "it knows that it has lost it",
      withinMs: 10_000,
    });
    const ended = zombie.member.told().find(({ ended: token }) => token === zombie.token);
    assert.equal([ended?.why, ended?.pushed], ["ReservationEnded", "StaleLease"]);
    const record = await client.jobs.find("service.poller");
    assert.equal(
      [record?.state, record?.worker, record?.lease],
      ["working", heir.member.wid, heir.token],
    );
    assert.is((await client.info()).faktory.sets.working, 1);
  }),
);

test.run();
