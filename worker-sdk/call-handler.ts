import type { Handlers } from "./handler.ts";
import { type JobContext, runInContext } from "./job-context.ts";
import type { AnyJobs } from "./job-map.ts";
import type { MiddlewareChain } from "./middleware.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { type JobSchemas, validate } from "./standard-schema.ts";

/** What surrounds a handler: where it is found, what checks its arguments, what wraps it. */
export interface HandlerWorld {
  handlers: Handlers;
  schemas: JobSchemas<AnyJobs>;
  middleware: MiddlewareChain<JobContext>;
}

/** Runs a job's handler, inside of all middleware, to its end. Never rejects. */
export async function callHandler(world: HandlerWorld, context: JobContext): Promise<Outcome> {
  const { handlers, schemas, middleware } = world;
  const { type, args } = context.job;
  try {
    const { handler } = handlers.get(type);
    const schema = Object.hasOwn(schemas, type) ? schemas[type] : undefined;
    const run = async () => {
      await handler(schema === undefined ? args : await validate(schema, type, args), context);
    };
    await runInContext(context, () => (middleware.isEmpty ? run() : middleware.run(context, run)));
    return { kind: "done" };
  } catch (error) {
    return outcomeOf(error);
  }
}
