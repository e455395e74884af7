import { Command } from "commander";
import { loadConfiguration } from "./config/configuration.ts";
import type { EffectiveSetting } from "./config/effective-setting.ts";
import { addFlags, readFlags } from "./config/flags.ts";
import { describeProblem, hasError } from "./config/problem.ts";

export const checkConfig = addFlags(
  new Command("check-config")
    .summary("show the configuration and its mistakes")
    .description(
      "Show what `serve` with the same flags would run with, who said so, and each mistake with file and line. Starts nothing. The exit code is 1 when there is an error.",
    ),
).action((_options, command: Command) => {
  const loaded = loadConfiguration({ flags: readFlags(command), variables: process.env });
  const { settings, files, problems } = loaded;
  const lines = [
    ...table(settings),
    "",
    ...(files.length === 0 ? ["no files in conf.d"] : files.map((file) => `read ${file}`)),
    ...problems.map((problem) => `${problem.severity}: ${describeProblem(problem)}`),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  if (hasError(problems)) process.exitCode = 1;
});

/** Name, value and origin, each in a column. */
function table(settings: readonly EffectiveSetting[]): string[] {
  const width = (column: "name" | "text") =>
    Math.max(...settings.map((setting) => setting[column].length));
  const [nameWidth, textWidth] = [width("name"), width("text")];
  return settings.map(
    ({ name, text, origin }) => `${name.padEnd(nameWidth)}  ${text.padEnd(textWidth)}  ${origin}`,
  );
}
