import { type Comparison, compare } from "../comparison.ts";
import { others } from "../contenders/choice.ts";
import { type Durability, startMillrace } from "../contenders/millrace.ts";
import { startNull } from "../contenders/null.ts";
import { peerRow } from "../peer-row.ts";
import { atLeast, atMost, forInformation, percent, type Row, times } from "../row.ts";
import { type Figures, runLoad } from "../run-load.ts";
import type { Scenario } from "../scenario.ts";

interface JobsOptions {
  durability: Durability;
  connections: number;
  /** What is promised, as a multiple of the other's jobs a second. */
  faktory: number;
  null?: number;
  /** And of its CPU time a job, broker and Redis together. */
  cpu?: number;
}

/** Synchronous clients that push, fetch and acknowledge: the figure by which all are compared. */
export function jobs(options: JobsOptions): Scenario {
  const { durability, connections } = options;
  return {
    name: `jobs-${durability}-${connections}`,
    summary: `${connections} connections; push + fetch + ack is one job; --durability ${durability}`,
    async run(settings) {
      const starters = [
        () => startMillrace(durability),
        () => startNull(settings.jobBytes),
        ...others(settings),
      ];
      const queues = settings.shape === "halves" ? FIVE_QUEUES : ["default"];
      const comparison = await compare(starters, settings, (contender) =>
        runLoad(contender, settings, { load: settings.shape, connections, queues }),
      );
      return { rows: rowsOf(comparison, options), rounds: comparison.rounds };
    },
  };
}

/** As in Faktory's own load program. */
const FIVE_QUEUES = ["queue0", "queue1", "queue2", "queue3", "queue4"];

const jobsPerSecond = (figures: Figures) => figures.jobsPerSecond;

const serverCpu = ({ cpuMicrosPerJob: { broker = 0, redis = 0 } }: Figures) => broker + redis;

function rowsOf(comparison: Comparison, options: JobsOptions): Row[] {
  const { durability, connections } = options;
  const against = (other: string) => comparison.ratio("millrace", other, jobsPerSecond);
  const where = `${durability}, ${connections} connections`;
  const rows = [
    atLeast(options.faktory, {
      what: `jobs/s against Faktory, ${where}`,
      value: against("Faktory"),
      format: times,
    }),
  ];
  const ofNull = { what: `of the null server's jobs/s, ${where}`, value: against("null") };
  rows.push(
    options.null === undefined
      ? forInformation({ ...ofNull, format: percent })
      : atLeast(options.null, { ...ofNull, format: percent }),
  );
  if (options.cpu !== undefined) {
    rows.push(
      atMost(options.cpu, {
        what: `CPU a job, broker + Redis, against Faktory's, ${where}`,
        value: comparison.ratio("millrace", "Faktory", serverCpu),
        format: times,
      }),
    );
  }
  rows.push(...peerRow(comparison, `${where}: jobs/s`, jobsPerSecond));
  return rows;
}
