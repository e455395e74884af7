import { compare } from "../comparison.ts";
import { startMillrace } from "../contenders/millrace.ts";
import { fill } from "../fill.ts";
import { atLeast, forInformation, times } from "../row.ts";
import { type Figures, runLoad } from "../run-load.ts";
import type { Scenario } from "../scenario.ts";

const CONNECTIONS = 50;

/** Enough to last through warm-up and round; a round ends early when they do not. */
const QUEUED_A_SECOND = 20_000;

const LEASED = "millrace, leases";

const jobsPerSecond = (figures: Figures) => figures.jobsPerSecond;
const cpu = ({ cpuMicrosPerJob: { broker = 0, redis = 0 } }: Figures) => broker + redis;

/** What a lease costs: a token for each job, and to compare it when the job is done. */
export const leases: Scenario = {
  name: "leases",
  summary: `${CONNECTIONS} connections; FETCH + ACK, with leases and without, on two brokers alike; --durability everysec`,
  async run(settings) {
    const starters = [() => startMillrace("everysec"), () => startMillrace("everysec", LEASED)];
    const comparison = await compare(starters, settings, async (contender) => {
      const count = ((settings.warmUpMs + settings.measureMs) / 1000) * QUEUED_A_SECOND;
      await fill(contender, settings, { count });
      const hasLeases = contender.name === LEASED;
      return await runLoad(contender, settings, {
        load: "process",
        connections: CONNECTIONS,
        hasLeases,
        count,
      });
    });
    const rows = [
      atLeast(0.95, {
        what: "FETCH + ACK with leases: jobs/s against those without",
        value: comparison.ratio(LEASED, "millrace", jobsPerSecond),
        format: times,
      }),
      forInformation({
        what: "FETCH + ACK with leases: CPU a job, broker + Redis, against that without",
        value: comparison.ratio(LEASED, "millrace", cpu),
        format: times,
      }),
    ];
    return { rows, rounds: comparison.rounds };
  },
};
