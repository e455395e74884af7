/**
 * The text format of a transcript, read into steps. One line, one step; `p` names a connection,
 * which is opened at its first mention:
 *
 *     # A comment. Two kinds are headers: `# needs: <feature>` and `# faktory: differs`.
 *     p > PUSH {"jid":…}             send a line; CR LF is added
 *     p >> INFO\nINFO\r\n            send just these bytes: \r \n \t \\ \xHH, nothing is added
 *     p > (hello {"v":2})            short for: expect +HI, send HELLO {"v":2}, expect +OK
 *     p > (close)                    hang up
 *     p < +OK                        expect a reply within 5 s, in one of the forms of match.ts
 *     p < (silent 300 ms)            expect no reply for that long
 *     p < (closed)                   expect that the server has closed the connection
 *
 * `${…}` is replaced as substitute.ts says.
 */

import { REPLY_TIMEOUT_MS } from "./connection.ts";

export type Step = { connection: string; line: number } & (
  | { action: "send"; text: string; raw: boolean }
  | { action: "close" }
  | { action: "expect"; text: string; withinMs: number }
);

export interface Transcript {
  name: string;
  /** Features the server must have; `password` means: it asks for one. */
  needs: string[];
  /** Whether a classic Faktory is known to answer otherwise: see divergences.md. */
  differsFromFaktory: boolean;
  steps: Step[];
}

const HEADER = /^# (needs|faktory): (.+)$/;
const STEP = /^([a-z]\w*) (>>|>|<) (.*)$/;
const HELLO = /^\(hello(?: (\{.*\}))?\)$/;
const SILENCE = /^\(silent (\d+) ms\)$/;

/** Throws a SyntaxError that names the line when the text is not a transcript. */
export function parseTranscript(name: string, text: string): Transcript {
  const transcript: Transcript = { name, needs: [], differsFromFaktory: false, steps: [] };
  for (const [index, content] of text.split("\n").entries()) {
    const line = index + 1;
    const [, header, value] = HEADER.exec(content) ?? [];
    if (header === "needs" && value !== undefined) transcript.needs.push(value);
    else if (header === "faktory" && value === "differs") transcript.differsFromFaktory = true;
    else if (header !== undefined) throw new SyntaxError(`${name}:${line}: no such header`);
    else if (content !== "" && !content.startsWith("#")) {
      const steps = parseSteps(content, line);
      if (steps.length === 0) throw new SyntaxError(`${name}:${line}: not a step: ${content}`);
      transcript.steps.push(...steps);
    }
  }
  return transcript;
}

function parseSteps(content: string, line: number): Step[] {
  const [, connection, arrow, text] = STEP.exec(content) ?? [];
  if (connection === undefined || text === undefined) return [];
  const send = (sent: string, raw: boolean): Step => {
    return { connection, line, action: "send", text: sent, raw };
  };
  const expect = (expected: string, withinMs = REPLY_TIMEOUT_MS): Step => {
    return { connection, line, action: "expect", text: expected, withinMs };
  };
  if (arrow === "<") {
    const silenceMs = SILENCE.exec(text)?.[1];
    return [silenceMs === undefined ? expect(text) : expect("(silent)", Number(silenceMs))];
  }
  if (arrow === ">>") return [send(text, true)];
  if (text === "(close)") return [{ connection, line, action: "close" }];
  const hello = HELLO.exec(text);
  if (!hello) return [send(text, false)];
  return [expect("/\\+HI .+/"), send(`HELLO ${hello[1] ?? '{"v":2}'}`, false), expect("+OK")];
}
