#!/usr/bin/env node
import { Command } from "commander";
import { MILLRACE_VERSION } from "../broker/version.ts";
import { checkConfig } from "./check-config.ts";
import { readAsFaktory } from "./faktory-arguments.ts";
import { info } from "./info.ts";
import { push } from "./push.ts";
import { serve } from "./serve.ts";
import { work } from "./work.ts";

const program = new Command("millrace")
  .description("A job server that speaks the Faktory Work Protocol and keeps every job in Redis.")
  .version(MILLRACE_VERSION, "-v, --version")
  .showHelpAfterError("(see --help)")
  .addCommand(serve)
  .addCommand(checkConfig)
  .addCommand(push)
  .addCommand(info)
  .addCommand(work);

try {
  await program.parseAsync(readAsFaktory(process.argv.slice(2)), { from: "user" });
} catch (error) {
  // Most come from what the user asked for: one line helps, a stack does not.
  process.stderr.write(`millrace: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
