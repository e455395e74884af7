import { CommandError } from "../../protocol/errors.ts";
import { JOB_STATES } from "../../protocol/job-state.ts";
import type { Section } from "../store/store.ts";

/** In the place of a state. */
const GROUP = "group";

/** A number as Redis writes a score. */
const SCORE = /^-?\d{1,20}(?:\.\d{1,20})?(?:e[+-]?\d{1,3})?$/;

/**
 * Where a list is to go on, as a text that a client gives back: printable, and nothing that it need look
 * into.
 */
export function encodeCursor(section: Section): string {
  const { score, jid } = section.after ?? { score: "", jid: "" };
  const which = "group" in section ? [GROUP, section.group] : [section.state, section.queue ?? ""];
  return Buffer.from(JSON.stringify([...which, score, jid])).toString("base64url");
}

/** @throws CommandError for what no list has given */
export function decodeCursor(cursor: string): Section {
  const [kind, name, score, jid] = readTexts(Buffer.from(cursor, "base64url").toString());
  const isPlace = score === "" || (score !== undefined && SCORE.test(score));
  const which = isPlace && name !== undefined && findSection(kind, name);
  if (!which || jid === undefined) {
    throw new CommandError("invalid JOB LIST: the cursor is not from a JOB LIST");
  }
  return score ? { ...which, after: { score, jid } } : which;
}

function findSection(kind: string | undefined, name: string): Section | undefined {
  if (kind === GROUP) return { group: name };
  const state = JOB_STATES.find((one) => one === kind);
  if (state === undefined) return undefined;
  return name === "" ? { state } : { state, queue: name };
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
