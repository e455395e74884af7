import { findCalledOffJob } from "../../protocol/called-off-job.ts";
import type { Notice } from "./store.ts";

interface Heard {
  /** None for what this version does not know: a newer broker may have more to tell. */
  notices: Notice[];
  /** The id of the store that did it, where it need not be told of that. */
  origin?: string;
}

/** Reads what a script has published; keys.ts says what that may be. */
export function parseNotice(message: string): Heard {
  const [kind, first = "", ...rest] = message.split(" ");
  if (kind === "queue") return { notices: [{ kind, queue: first }], origin: rest.join(" ") };
  if (message === "chores") return { notices: [{ kind: "chores" }] };
  if (message === "flushed") return { notices: [{ kind: "flushed" }] };
  if (kind === "cancel") return { notices: findCalledOff(message.slice("cancel ".length)) };
  const resumed = [first, ...rest];
  if (kind === "resumed" && !resumed.includes("")) {
    return { notices: resumed.map((queue) => ({ kind: "queue", queue })) };
  }
  const known =
    first === "running" || first === "quiet" || first === "terminate" || first === "forgotten";
  if (kind === "worker" && known) return { notices: [{ kind, state: first, wid: rest.join(" ") }] };
  return { notices: [] };
}

function findCalledOff(text: string): Notice[] {
  const told = findJson(text);
  const job = findCalledOffJob(told);
  if (job === undefined || typeof told !== "object" || told === null) return [];
  if (!("wid" in told) || typeof told.wid !== "string") return [];
  return [{ kind: "cancel", wid: told.wid, job }];
}

function findJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
