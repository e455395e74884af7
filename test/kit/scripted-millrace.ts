import { type Answer, bulkReply, type ScriptedServer } from "./scripted-server.ts";

/** A job of a lease, as a scripted millrace hands it out. */
export interface ScriptedJob {
  jid: string;
  jobtype: string;
  args?: unknown[];
  lease?: number;
  [member: string]: unknown;
}

/**
 * Makes a scripted server hand out jobs like a millrace: each FETCHB gets one, and waits when none is left.
 * What a test says of a line goes before that.
 */
export function scriptMillrace(
  server: ScriptedServer,
  jobs: ScriptedJob[],
  answer: Answer = () => undefined,
): void {
  server.answer = (line, connection) => {
    const own = answer(line, connection);
    if (own !== undefined) return own;
    if (line === "CONTROL") return "-ERR unknown command CONTROL";
    if (!line.startsWith("FETCHB ")) return "+OK";
    const job = jobs.shift();
    return job && bulkReply(JSON.stringify([{ args: [], ...job }]));
  };
}

/** The arguments of all lines of a verb that came so far. */
export function toldOf({ lines }: ScriptedServer, verb: string): Record<string, unknown>[] {
  return lines
    .filter((line) => line.startsWith(`${verb} `))
    .map((line) => JSON.parse(line.slice(verb.length + 1)) as Record<string, unknown>);
}
