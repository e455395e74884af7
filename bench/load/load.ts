import type { Client } from "./client.ts";
import type { Measurement } from "./measurement.ts";
import type { Plan } from "./plan.ts";

/** Runs a plan until it has been measured. Connections are closed afterwards, by whoever made them. */
export type Load<P extends Plan = Plan> = (
  plan: P,
  measurement: Measurement,
  connect: (count: number) => Promise<Client[]>,
) => Promise<void>;

/** The plan of one kind of load. */
export type PlanOf<Name extends Plan["load"]> = Extract<Plan, { load: Name }>;
