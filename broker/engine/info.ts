import type { Clock } from "../clock.ts";
import { MILLRACE_VERSION } from "../version.ts";
import type { Engine } from "./engine.ts";

/** The version of Faktory whose protocol this is; clients compare it, and some want a semver. */
const FAKTORY_VERSION = "1.10.0";

/** FWP: INFO. Strict clients read every member, so none may be left out or change its type. */
export async function describeServer(engine: Engine, clock: Clock): Promise<object> {
  const { statistics } = engine;
  const sizes = await engine.sizes();
  const now = new Date(clock.now());
  const lengths = [...sizes.queues.values()];
  const { promoter, purger } = statistics;
  const promoted = { cycles: promoter.cycles, wall_time_sec: promoter.wallTimeMs / 1000 };
  return {
    now: now.toISOString(),
    server_utc_time: `${now.toISOString().slice("YYYY-MM-DDT".length, -".000Z".length)} UTC`,
    faktory: {
      queues: Object.fromEntries(sizes.queues),
      sets: {
        dead: sizes.dead,
        retries: sizes.retries,
        scheduled: sizes.scheduled,
        working: sizes.working,
      },
      tasks: {
        Busy: { reaped: statistics.expired, size: sizes.working },
        Dead: {
          cycles: purger.cycles,
          enqueued: purger.purged,
          size: sizes.dead,
          wall_time_sec: purger.wallTimeMs / 1000,
        },
        Retries: { ...promoted, enqueued: promoter.retries, size: sizes.retries },
        Scheduled: { ...promoted, enqueued: promoter.scheduled, size: sizes.scheduled },
        Stalled: { reaped: statistics.stalled },
        Workers: { reaped: statistics.forgotten, size: sizes.workers },
        // As a Faktory Enterprise spells it.
        batch: { created: statistics.begun },
      },
      total_failures: sizes.failures,
      total_processed: sizes.processed,
      total_enqueued: lengths.reduce((sum, length) => sum + length, 0),
      total_queues: lengths.length,
    },
    server: {
      description: "millrace, Faktory Enterprise compatible",
      faktory_version: FAKTORY_VERSION,
      millrace_version: MILLRACE_VERSION,
      uptime: Math.floor((clock.now() - statistics.startedAt) / 1000),
      connections: statistics.connections,
      command_count: statistics.commands,
      used_memory_mb: Math.round(process.memoryUsage().heapUsed / 2 ** 20),
    },
  };
}
