import { type Command, Option } from "commander";
import type { Setting } from "./setting.ts";
import { settings } from "./settings.ts";

/** What was said on the command line, by the flag's long name; `--no-x` is x, false. */
export type Flags = ReadonlyMap<string, string>;

/** Gives a command the flag of every setting that has one. */
export function addFlags(command: Command): Command {
  for (const { flags, help, fallbackHelp } of Object.values<Setting<unknown>>(settings)) {
    if (flags === undefined) continue;
    const description = fallbackHelp === undefined ? help : `${help} (default: ${fallbackHelp})`;
    command.addOption(new Option(flags, description));
  }
  return command;
}

/** Only what was really said: commander has a value for each `--no-x`. */
export function readFlags(command: Command): Flags {
  const given = Object.entries(command.opts()).filter(
    ([name]) => command.getOptionValueSource(name) === "cli",
  );
  return new Map(given.map(([name, value]) => [name, String(value)]));
}

/** The flag of a setting as it was given: under which name commander keeps it, and how people call it. */
export function describeFlag(flags: string): { name: string; label: string } {
  const [label = flags] = flags.split(/[ ,]/);
  return { name: new Option(flags).attributeName(), label };
}
