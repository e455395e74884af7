import { CommandError } from "../errors.ts";
import type { JobFilter } from "../job-filter.ts";
import { JsonError, scanJson } from "../json.ts";
import { MAX_PATTERN_CHARACTERS } from "../limits.ts";
import { readMembers } from "../members.ts";

const ACTIONS = ["clear", "discard", "kill", "requeue"] as const;
const TARGETS = ["scheduled", "retries", "dead"] as const;

export type MutateAction = (typeof ACTIONS)[number];

/** The sets that can be mutated. */
export type MutateTarget = (typeof TARGETS)[number];

/** FWP: MUTATE. */
export interface Mutation {
  action: MutateAction;
  target: MutateTarget;
  filter: JobFilter;
}

const SHAPE = { cmd: "string", target: "structure", filter: "filter" } as const;
const FILTER_SHAPE = { jids: "strings", regexp: "string", jobtype: "string" } as const;

/** @throws CommandError, for JSON with FWP's texts, which here have no prefix */
export function parseMutate(argument: Buffer): Mutation {
  const { cmd, target: set, filter } = readMutation(argument);
  const action = ACTIONS.find((one) => one === cmd);
  if (action === undefined) throw new CommandError("unknown mutate operation");
  const target = TARGETS.find((one) => one === set);
  if (target === undefined) throw new CommandError("invalid target for mutation command");
  return { action, target, filter };
}

function readMutation(argument: Buffer): { cmd?: string; target?: string; filter: JobFilter } {
  try {
    const json = scanJson(argument);
    if (json.kind !== "object" && json.kind !== "null") {
      throw new JsonError(
        `json: cannot unmarshal ${json.kind} into Go value of type client.Operation`,
      );
    }
    const { filter, ...members } = readMembers(json, SHAPE, "Operation");
    const text = filter && argument.subarray(filter.start, filter.end);
    return { ...members, filter: readFilter(text ?? Buffer.from("{}")) };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new CommandError(error.message, { cause: error });
  }
}

function readFilter(text: Buffer): JobFilter {
  const members = readMembers(scanJson(text), FILTER_SHAPE, "JobFilter.filter");
  const { jids = [], regexp = "", jobtype = "" } = members;
  if (regexp.length > MAX_PATTERN_CHARACTERS) {
    throw new JsonError(`a regexp has at most ${MAX_PATTERN_CHARACTERS} characters`);
  }
  return { jids, pattern: regexp, jobtype };
}

export function encodeMutate({ action, target, filter }: Mutation): string {
  const { jids, pattern, jobtype } = filter;
  // A Faktory looks at jids when they are there at all, and takes an empty text for a pattern.
  const told = {
    ...(jids.length > 0 && { jids }),
    ...(pattern !== "" && { regexp: pattern }),
    ...(jobtype !== "" && { jobtype }),
  };
  return `MUTATE ${JSON.stringify({ cmd: action, target, filter: told })}`;
}
