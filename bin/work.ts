import { Command } from "commander";
import { loadWorker } from "./load-worker.ts";
import { tell } from "./tell.ts";

export const work = new Command("work")
  .summary("run a worker")
  .description(
    "Run the worker that a module exports as `worker`, until SIGTERM or SIGINT; then the process ends, whatever the module still holds open. Failed jobs and lost connections are told on standard error.",
  )
  .argument("<module>", "its file: .js, .mjs, or .ts")
  .option(
    "-q, --quiet",
    "tell only of jobs that were left at the end: the worker has a log of its own",
  )
  .addHelpText(
    "after",
    `
Example:
  millrace work ./worker.ts     where worker.ts has: export const worker = new Worker(…).handle(…)

The worker finds its server as it is told to: by FAKTORY_PROVIDER, FAKTORY_URL, or its own url. A .ts
file needs a Node that strips types (22.18 or later), or tsx in the project.`,
  )
  .action(async (file: string, { quiet }: { quiet?: boolean }) => {
    const worker = await loadWorker(file);
    if (!quiet) tell(worker, say);
    const { jobs } = await worker.run();
    const left = jobs.filter(({ outcome }) => outcome === "handedBack" || outcome === "unreported");
    for (const { jid, type, outcome } of left) {
      say(`${type} ${jid} was ${WORDS[outcome] ?? outcome}`);
    }
    // A timer or a pool of the module, or a handler that ignores its signal, would keep it.
    process.exit(0);
  });

const WORDS: Record<string, string> = {
  handedBack: "not finished, and handed back",
  unreported: "not reported: the server runs it again when its reservation ends",
};

function say(line: string): void {
  process.stderr.write(`millrace: ${line}\n`);
}
