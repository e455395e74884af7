import { CommandError } from "../../protocol/errors.ts";
import { JOB_STATES } from "../../protocol/job-state.ts";
import type { Section } from "../store/store.ts";

/** A number as Redis writes a score. */
const SCORE = /^-?\d{1,20}(?:\.\d{1,20})?(?:e[+-]?\d{1,3})?$/;

/**
 * Where a list is to go on, as a text that a client gives back: printable, and nothing that it need look
 * into.
 */
export function encodeCursor({ state, queue = "", after }: Section): string {
  const written = [state, queue, after?.score ?? "", after?.jid ?? ""];
  return Buffer.from(JSON.stringify(written)).toString("base64url");
}

/** @throws CommandError for what no list has given */
export function decodeCursor(cursor: string): Section {
  const [name, queue, score, jid] = readTexts(Buffer.from(cursor, "base64url").toString());
  const state = JOB_STATES.find((one) => one === name);
  const isPlace = score === "" || (score !== undefined && SCORE.test(score));
  if (state === undefined || queue === undefined || jid === undefined || !isPlace) {
    throw new CommandError("invalid JOB LIST: the cursor is not from a JOB LIST");
  }
  const section: Section = { state };
  if (queue !== "") section.queue = queue;
  if (score !== "") section.after = { score, jid };
  return section;
}

function readTexts(written: string): string[] {
  try {
    const values: unknown = JSON.parse(written);
    if (!Array.isArray(values)) return [];
    return values.every((one) => typeof one === "string") ? values : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
