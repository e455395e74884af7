import type { Runnable } from "./load-worker.ts";

/** Writes a line about what its owner should know of a worker, as it happens. */
export function tell({ wid, events }: Pick<Runnable, "wid" | "events">, say: Say): void {
  let isAway = false;
  events.once("connected", () => say(`worker ${wid} is connected, and runs`));
  events.on("connected", () => {
    if (isAway) say("connected again");
    isAway = false;
  });
  // It is tried again and again: once is enough.
  events.on("disconnected", (error) => {
    if (!isAway) say(`no connection to the server: ${describe(error)}; it is tried again`);
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
  const what = error.message === "" ? `${error.name} ${codeOf(error)}` : String(error);
  return inOneLine(place === undefined ? what : `${what} (at ${place})`);
}

/** All that an AggregateError of several addresses says. */
function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : "";
}

function inOneLine(text: string): string {
  return text.trim().replaceAll(/\s*[\r\n]+\s*/g, " ");
}
