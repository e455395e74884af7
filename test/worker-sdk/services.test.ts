import { EventEmitter } from "node:events";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../../worker-sdk/client.ts";
import { linkOptionsOf } from "../../worker-sdk/client-options.ts";
import { Link } from "../../worker-sdk/link.ts";
import { Liveness } from "../../worker-sdk/liveness.ts";
import { silentLogger } from "../../worker-sdk/logger.ts";
import { MiddlewareChain } from "../../worker-sdk/middleware.ts";
import { Reports } from "../../worker-sdk/reports.ts";
import { Services } from "../../worker-sdk/services.ts";
import type { WorkerEvents } from "../../worker-sdk/worker-events.ts";
import { until } from "../kit/until.ts";
import { stopSharedBroker, withWorkers } from "../kit/working.ts";

const test = suite("worker-sdk/services");

test.after(stopSharedBroker);

/** So long a service waits for its next run: whatever runs sooner was pushed anew. */
const HOUR_MS = 3_600_000;

interface World {
  services: Services;
  /** Over the connection that sees to the services, so after all that was sent there. */
  client: Client;
  start(): Promise<void>;
}

/** The services of a worker, without the rest of it, which look often whether they are there. */
function withServices(run: (world: World) => Promise<void>): () => Promise<void> {
  return withWorkers(async ({ url }) => {
    const wid = "w-1";
    const leaseSeconds = 30;
    const linkOptions = linkOptionsOf({ url }, { wid, leaseSeconds });
    const link = new Link(linkOptions);
    const events = new EventEmitter<WorkerEvents>();
    const log = silentLogger;
    const reports = new Reports(link, log);
    const liveness = new Liveness({
      link: linkOptions,
      wid,
      leaseMs: leaseSeconds * 1_000,
      beatIntervalMs: undefined,
      hasControl: false,
      events,
      log,
      onState: () => {},
    });
    const client = new Client({}, link);
    const services = new Services({
      client,
      link,
      reports,
      leases: liveness.leases,
      alarm: liveness.alarm,
      middleware: new MiddlewareChain(),
      graceMs: 50,
      events,
      log,
      fetchLink: linkOptions,
      upkeepIntervalMs: 5,
    });
    try {
      await run({
        services,
        client,
        start: async () => {
          await services.prepare();
          await liveness.start();
          services.start();
        },
      });
    } finally {
      await services.stop();
      await reports.settle(1_000);
      await liveness.stop();
      await link.close();
    }
  });
}

test(
  "a service whose job somebody deletes between two runs is there again",
  withServices(async ({ services, client, start }) => {
    let count = 0;
    let failure: Error | undefined;
    const run = () => {
      count++;
      if (failure !== undefined) throw failure;
    };
    services.add("poller", run, { restartDelayMs: HOUR_MS });
    const waits = async (state: string) =>
      await until(async () => (await client.jobs.find("service.poller"))?.state === state, {
        what: `it is ${state}`,
      });
    const runs = async (wanted: number) =>
      await until(() => count === wanted, { what: `run ${wanted}` });
    await start();
    await runs(1);
    await waits("scheduled");
    await client.jobs.clear("scheduled");
    await runs(2);
    await waits("scheduled");
    await client.jobs.delete("service.poller");
    await runs(3);
    await waits("scheduled");
    failure = new Error("no connection");
    await client.flush();
    await runs(4);
    await waits("retries");
    await client.jobs.clear("retries");
    await runs(5);
    await waits("retries");
    await client.jobs.kill("retries", { jids: ["service.poller"] });
    await runs(6);
    assert.is(count, 6);
  }),
);

test(
  "a worker that is quiet no longer sees to it",
  withServices(async ({ services, client, start }) => {
    services.add("poller", () => {}, { restartDelayMs: HOUR_MS });
    await start();
    await services.quiet();
    await client.flush();
    for (let look = 0; look < 100; look++) {
      assert.is(await client.jobs.find("service.poller"), undefined);
    }
  }),
);

test.run();
