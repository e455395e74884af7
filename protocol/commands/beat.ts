import { checkId } from "../id.ts";
import type { WorkerState } from "../worker-state.ts";
import { readObject } from "./arguments.ts";

/** What a worker process tells of itself. */
export interface Beat {
  wid: string;
  /** What the worker says of itself; anything that FWP does not know counts as running. */
  state: WorkerState;
  rssKb: number;
}

const SHAPE = { wid: "string", current_state: "string", rss_kb: "int" } as const;

/** FWP: BEAT. @throws CommandError */
export function parseBeat(argument: Buffer): Beat {
  const { wid = "", current_state, rss_kb: rssKb = 0 } = readObject("BEAT", argument, SHAPE);
  // Half of a surrogate pair would be stored as U+FFFD, and so be the beat of a worker of that name.
  checkId("wid", wid);
  const state =
    current_state === "quiet" || current_state === "terminate" ? current_state : "running";
  return { wid, state, rssKb };
}

export function encodeBeat({ wid, state, rssKb }: Beat): string {
  return `BEAT ${JSON.stringify({ wid, current_state: state === "running" ? "" : state, rss_kb: rssKb })}`;
}
