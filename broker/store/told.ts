import type { Progress } from "../../protocol/progress.ts";

/** What Redis has of the progress of a job, by its names there. */
export type Told = Map<string, Buffer>;

/** What was told; and when it ended, of a job that has. */
export function readProgress(told: Told): Progress {
  const textOf = (name: string) => told.get(name)?.toString();
  const numberOf = (name: string) => (told.has(name) ? Number(textOf(name)) : undefined);
  return {
    percent: numberOf("percent"),
    desc: textOf("desc"),
    result: told.get("result"),
    updatedAt: numberOf("updatedAt"),
    seq: numberOf("seq"),
    stalledAt: numberOf("stalledAt"),
  };
}

/** The end of a tracked job is kept with its progress, though it has told of none. */
export function isAnythingTold(told: Told): boolean {
  return told.has("seq");
}

/** @param call the one that handed it out to whom it is reserved */
export function isRunStalled(told: Told, call: string): boolean {
  return told.has("stalledAt") && told.get("run")?.toString() === call;
}
