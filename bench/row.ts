import type { Summary } from "./statistics.ts";

/** A line of the results: what is promised, and what was measured. */
export interface Row {
  what: string;
  target: string;
  measured: string;
  verdict: "ok" | "missed" | "not measured" | "";
}

interface Measured {
  what: string;
  /** Absent when there was nothing to compare with. */
  value: Summary | undefined;
  why?: string;
  format: (value: number) => string;
}

export const NO_FAKTORY = "no Faktory given";

export function atLeast(target: number, { what, value, why, format }: Measured): Row {
  return judge({ what, value, why, format }, `≥ ${format(target)}`, (median) => median >= target);
}

export function atMost(target: number, { what, value, why, format }: Measured): Row {
  return judge({ what, value, why, format }, `≤ ${format(target)}`, (median) => median <= target);
}

export function below(target: number, { what, value, why, format }: Measured): Row {
  return judge({ what, value, why, format }, `< ${format(target)}`, (median) => median < target);
}

/** Something that has no target. */
export function forInformation({ what, value, format }: Measured): Row {
  return { what, target: "", measured: value ? show(value, format) : "", verdict: "" };
}

function judge(
  { what, value, why = NO_FAKTORY, format }: Omit<Measured, "why"> & { why: string | undefined },
  target: string,
  isMet: (median: number) => boolean,
): Row {
  if (value === undefined) return { what, target, measured: why, verdict: "not measured" };
  const verdict = isMet(value.median) ? "ok" : "missed";
  return { what, target, measured: show(value, format), verdict };
}

function show({ median, lowest, highest }: Summary, format: (value: number) => string): string {
  if (lowest === highest) return format(median);
  return `${format(median)} (${format(lowest)} – ${format(highest)})`;
}

export const times = (value: number) => `${value.toFixed(2)}×`;
export const percent = (value: number) => `${(value * 100).toFixed(value < 0.1 ? 2 : 0)} %`;
export const milliseconds = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} ms`;
export const number = (value: number) => value.toFixed(value < 10 ? 1 : 0);
