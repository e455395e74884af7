import type { Job } from "./job.ts";
import type { JobMap, JobType } from "./job-map.ts";
import type { ClientLink } from "./link.ts";
import type { MiddlewareChain } from "./middleware.ts";
import type { OutgoingJob } from "./outgoing-job.ts";
import { type JobSchemas, validate } from "./standard-schema.ts";

/** What it takes to push jobs. */
export interface PushingParts<Jobs> {
  link: ClientLink;
  schemas: JobSchemas<Jobs>;
  middleware: MiddlewareChain<OutgoingJob>;
  /** The job that pushes; nothing where that is no job. */
  pusher?: Pick<Job, "jid" | "lease">;
}

/**
 * Checks a job, and sends it inside of all middleware, which may keep it from being sent.
 * @throws InvalidArguments
 */
export async function prepareJob<Jobs extends JobMap<Jobs>>(
  parts: PushingParts<Jobs>,
  job: OutgoingJob,
  send: () => Promise<void>,
): Promise<void> {
  await checkJob(parts, job);
  const { middleware } = parts;
  if (middleware.isEmpty) await send();
  else await middleware.run(job, send);
}

/** @throws InvalidArguments */
export async function checkJob<Jobs extends JobMap<Jobs>>(
  { schemas }: PushingParts<Jobs>,
  { type, args }: Pick<OutgoingJob, "type" | "args">,
): Promise<void> {
  const schema = findSchema(schemas, type);
  if (schema !== undefined) await validate(schema, type, args);
}

function findSchema<Jobs extends JobMap<Jobs>>(
  schemas: JobSchemas<Jobs>,
  type: string,
): JobSchemas<Jobs>[JobType<Jobs>] {
  if (!Object.hasOwn(schemas, type)) return undefined;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- any name may be asked for
  return schemas[type as JobType<Jobs>];
}
