import { settle } from "./comparison.ts";
import type { Contender } from "./contenders/contender.ts";
import { runLoad } from "./run-load.ts";
import type { Settings } from "./settings.ts";

const CONNECTIONS = 2;

/** Puts so many jobs into a server, and waits until it is quiet again. */
export async function fill(
  contender: Contender,
  settings: Settings,
  { count, queue = "default", at }: { count: number; queue?: string; at?: Date },
): Promise<void> {
  await runLoad(contender, settings, {
    load: "fill",
    connections: CONNECTIONS,
    queues: [queue],
    count,
    ...(at !== undefined && { at: at.toISOString() }),
  });
  await settle(contender);
}
