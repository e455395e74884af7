import { ATTEMPT_OUTCOMES, type Attempt } from "../../protocol/attempt.ts";

/**
 * Reads what shared/runs.lua has written of the runs that are over: a line of JSON each.
 * @returns undefined when it is anything else
 */
export function findAttempts(lines: string): Attempt[] | undefined {
  try {
    const attempts = lines.split("\n").map((line) => readAttempt(JSON.parse(line)));
    return attempts.every((one) => one !== undefined) ? attempts : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function readAttempt(value: unknown): Attempt | undefined {
  if (!hasMembers(value)) return undefined;
  const { attempt, startedAt, endedAt, wid, errtype, message } = value;
  const outcome = ATTEMPT_OUTCOMES.find((one) => one === value["outcome"]);
  if (typeof attempt !== "number" || typeof endedAt !== "number" || outcome === undefined) {
    return undefined;
  }
  const read: Attempt = { attempt, endedAt, outcome, wid: typeof wid === "string" ? wid : "" };
  if (typeof startedAt === "number") read.startedAt = startedAt;
  if (typeof errtype === "string") read.errtype = errtype;
  if (typeof message === "string") read.message = message;
  return read;
}

function hasMembers(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
