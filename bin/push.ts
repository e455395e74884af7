import { randomUUID } from "node:crypto";
import { Command } from "commander";
import { callBroker } from "./call-broker.ts";

interface PushOptions {
  queue?: string;
  at?: string;
  priority?: string;
  retry?: string;
  reserveFor?: string;
  custom?: string;
  jid: string;
  url?: string;
}

export const push = new Command("push")
  .summary("push a job")
  .description("Push a job, and print its jid.")
  .argument("<jobtype>", "which handler is to run it")
  .argument("[args...]", "its arguments: JSON where they are JSON, text otherwise")
  .option("-q, --queue <name>", "default: the queue named default")
  .option("--at <time>", "not before this time, as 2026-12-24T18:00:00Z")
  .option("--priority <1-9>", "9 goes first within its queue (default: 5)")
  .option(
    "--retry <count>",
    "how often it is tried again; 0 discards it when it fails (default: 25)",
  )
  .option("--reserve-for <seconds>", "how long a worker may take (default: 1800)")
  .option("--custom <json>", "an object that goes with the job")
  .option("--jid <jid>", "its id; pushing one that is live already changes nothing", randomUUID())
  .option(
    "--url <url>",
    "the broker (default: FAKTORY_PROVIDER, FAKTORY_URL or tcp://localhost:7419)",
  )
  .addHelpText(
    "after",
    `
Examples:
  millrace push Resize 42 1.50 '"007"' '{"to":"a"}'    args [42,1.50,"007",{"to":"a"}]
  millrace push Report --queue slow --reserve-for 7200 --at 2026-12-24T18:00:00Z`,
  )
  .action(async (jobtype: string, args: string[], options: PushOptions) => {
    const line = `PUSH ${encodeJob(jobtype, args, options)}`;
    await callBroker(options.url, line);
    process.stdout.write(`${options.jid}\n`);
  });

/** JSON is joined as it was typed: 1.50 and 64-bit numbers would not survive being read and written. */
function encodeJob(jobtype: string, args: string[], options: PushOptions): string {
  const members: [name: string, json: string | undefined][] = [
    ["jid", JSON.stringify(options.jid)],
    ["jobtype", JSON.stringify(jobtype)],
    ["args", `[${args.map(asJson).join(",")}]`],
    ["queue", options.queue && JSON.stringify(options.queue)],
    ["at", options.at && JSON.stringify(options.at)],
    ["priority", options.priority],
    ["retry", options.retry],
    ["reserve_for", options.reserveFor],
    ["custom", options.custom],
  ];
  const given = members.filter(([, json]) => json !== undefined);
  return `{${given.map(([name, json]) => `"${name}":${json}`).join(",")}}`;
}

function asJson(argument: string): string {
  try {
    JSON.parse(argument);
    return argument.replace(/[\r\n]/g, " ");
  } catch {
    return JSON.stringify(argument);
  }
}
