import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { commands } from "../../broker/commands/index.ts";
import { listTranscripts } from "../../spec/replay.ts";
import { parseTranscript, type Step } from "../../spec/transcript.ts";

const test = suite("spec/protocol.md");

const STATES = ["greeted", "identified"] as const;

type State = (typeof STATES)[number];

const document = await readFile(new URL("../../spec/protocol.md", import.meta.url), "utf8");

const transcripts = await Promise.all(
  (await listTranscripts()).map(async (file) =>
    parseTranscript(basename(file, ".txt"), await readFile(file, "utf8")),
  ),
);

/** Every verb, and of one that has sub-commands these in its place. */
const single = [...commands.values()].filter(({ members }) => members === undefined);
const verbs = single.map(({ verb }) => verb);

/** What a verb comes to in a state, in the words of the document. */
function verdict(verb: string, state: State): string {
  if (commands.get(verb)?.states.includes(state)) return "yes";
  return state === "greeted" ? "close" : "error";
}

/** Every verb that a transcript sends as the start of a line, with the connection's state by then. */
function* sentVerbs(steps: Step[]): Generator<string> {
  const identified = new Set<string>();
  const greeting = new Set<string>();
  for (const step of steps) {
    const { connection } = step;
    if (step.action === "expect" && step.text === "+OK" && greeting.has(connection)) {
      identified.add(connection);
    }
    if (step.action !== "send") continue;
    for (const line of step.text.split(step.raw ? "\\r\\n" : "\r\n")) {
      const [first = "", second = ""] = line.split(" ");
      const both = `${first} ${second.toUpperCase()}`;
      const verb = commands.has(both) ? both : first;
      const state = identified.has(connection) ? "identified" : "greeted";
      yield `${verb} ${state}`;
      if (verb !== "HELLO") continue;
      greeting.add(connection);
      // What comes behind it in one packet meets a state that only the reply tells.
      break;
    }
  }
}

test("its table of verbs and states is that of the broker", () => {
  const rows = document.matchAll(/^\| ([A-Z ]+) \| (yes|error|close) \| (yes|error|close) \|$/gm);
  assert.equal(
    [...rows].map(([, ...row]) => row),
    verbs.map((verb) => [verb, ...STATES.map((state) => verdict(verb, state))]),
  );
});

test("it has a section on every verb", () => {
  const headings = [...document.matchAll(/^(?:### |\*\*)([A-Z]+(?: [A-Z]+)?)\b/gm)];
  const found = headings.map(([, verb]) => verb);
  assert.equal(
    verbs.filter((verb) => !found.includes(verb)),
    [],
  );
});

test("every verb is in a transcript, in every state where it is allowed and where it is not", () => {
  const sent = new Set(transcripts.flatMap(({ steps }) => [...sentVerbs(steps)]));
  const wanted = verbs.flatMap((verb) => STATES.map((state) => `${verb} ${state}`));
  assert.equal(
    wanted.filter((pair) => !sent.has(pair)),
    [],
  );
});

test("every verb is answered in a transcript that holds on a Faktory, unless it is ours alone", () => {
  const shared = transcripts.filter(({ differsFromFaktory }) => !differsFromFaktory);
  const sent = new Set(shared.flatMap(({ steps }) => [...sentVerbs(steps)]));
  const missing = single.flatMap(({ verb, states }) =>
    states.some((state) => sent.has(`${verb} ${state}`)) ? [] : [verb],
  );
  assert.equal(missing, [
    "FETCHB",
    "CONTROL",
    "JOB GET",
    "JOB LIST",
    "JOB RETRY",
    "JOB DELETE",
    "JOB CANCEL",
    "JOB TAG",
    "JOB FIGURES",
    "BATCH NEW",
    "BATCH OPEN",
    "BATCH COMMIT",
    "BATCH STATUS",
    "BATCH CANCEL",
    "BATCH RETRY",
    "BATCH TREE",
    "BATCH LIST",
    "BATCH RESULTS",
    "TRACK SET",
    "TRACK GET",
    "MONITOR",
    "HELP",
  ]);
});

test.run();
