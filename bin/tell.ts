import type { Runnable } from "./load-worker.ts";

/** Writes a line about what its owner should know of a worker, as it happens. */
export function tell({ wid, events }: Pick<Runnable, "wid" | "events">, say: Say): void {
  let hasRun = false;
  let isAway = false;
  events.on("connected", () => {
    say(hasRun ? "connected again" : `worker ${wid} is connected, and runs`);
    hasRun = true;
    isAway = false;
  });
  // It is tried again and again: once is enough.
  events.on("disconnected", (error) => {
    if (!isAway) say(`no connection to the server: ${wordsOf(error)}; it is tried again`);
    isAway = true;
  });
  events.on("failed", ({ type, jid }, error) => say(`${type} ${jid} failed: ${describe(error)}`));
  events.on("expired", ({ type, jid }) => say(`${type} ${jid} took longer than its reservation`));
  events.on("stopping", () => say("stopping"));
  events.on("stopped", () => say("stopped"));
}

export type Say = (line: string) => void;

/** In one line: what went wrong, and where. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return inOneLine(String(error));
  const [, place] = /^ +at (.*)$/m.exec(error.stack ?? "") ?? [];
  return inOneLine(place === undefined ? String(error) : `${String(error)} (at ${place})`);
}

/** An AggregateError, of the several addresses of a name, has no message, but a code. */
function wordsOf(error: Error): string {
  const code = "code" in error ? String(error.code) : error.name;
  return inOneLine(error.message || code);
}

function inOneLine(text: string): string {
  return text.trim().replaceAll(/\s*[\r\n]+\s*/g, " ");
}
