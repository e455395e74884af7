import type { BatchReference } from "./batch-options.ts";
import type { AnyJobs } from "./job-map.ts";
import type { BulkJob, BulkJobs } from "./producer.ts";

/** A stage, or one of its branches, of which there is more to be said than its jobs. */
export interface StageOptions<Jobs> {
  /** One, or any number: none at all makes it succeed as soon as it begins. */
  jobs: BulkJob<Jobs> | BulkJobs<Jobs>;
  /** For people. */
  description?: string | undefined;
  /** So long after it has begun it is cancelled, and has failed, unless it is over. */
  timeoutSeconds?: number | undefined;
  /** What undoes it: when the chain has failed, and this had succeeded. */
  compensate?: BulkJob<Jobs> | undefined;
  /** The batches whose results its jobs find with `previousResults`; those of the stage before by default. */
  resultsOf?: readonly BatchReference[] | undefined;
}

/** One job, many that may run at the same time, or these with more to be said. */
export type ChainBranch<Jobs> = BulkJob<Jobs> | readonly BulkJob<Jobs>[] | StageOptions<Jobs>;

/** What has to succeed before the next stage begins: a branch, or several at the same time. */
export type ChainStage<Jobs> = ChainBranch<Jobs> | readonly ChainBranch<Jobs>[];

/** A branch as it is stored: a batch of its own. */
export interface BranchPlan extends Omit<StageOptions<AnyJobs>, "jobs"> {
  jobs: BulkJobs<AnyJobs>;
}

/** So many batches BATCH TREE tells of, and one of them is the whole. */
const MAX_BRANCHES = 999;

/**
 * The branches of each stage. Where an array has nothing but jobs in it, these are one branch: in which of the
 * two ways it was meant makes no difference to when they run.
 * @throws RangeError for no stages, too many, or one that has no branch
 */
export function planStages(stages: readonly ChainStage<AnyJobs>[]): BranchPlan[][] {
  if (stages.length === 0) throw new RangeError("a chain has one stage at least");
  const plan = stages.map((stage) =>
    isList(stage) && !stage.every(isJob) ? stage.map(planBranch) : [planBranch(stage)],
  );
  const count = plan.reduce((sum, branches) => sum + branches.length, 0);
  if (count <= MAX_BRANCHES) return plan;
  throw new RangeError(`a chain has at most ${MAX_BRANCHES} stages and branches, not ${count}`);
}

function planBranch(branch: ChainStage<AnyJobs>): BranchPlan {
  if (isList(branch)) return { jobs: branch.map(getJob) };
  if (isJob(branch)) return { jobs: [branch] };
  const { jobs } = branch;
  return { ...branch, jobs: "type" in jobs ? [jobs] : jobs };
}

function getJob(one: ChainBranch<AnyJobs>): BulkJob<AnyJobs> {
  if (isJob(one)) return one;
  throw new RangeError("a branch is a job, a list of jobs, or { jobs }: it has no branches itself");
}

function isList(stage: ChainStage<AnyJobs>): stage is readonly ChainBranch<AnyJobs>[] {
  return Array.isArray(stage);
}

function isJob(branch: ChainBranch<AnyJobs>): branch is BulkJob<AnyJobs> {
  return "type" in branch;
}
