import { type ConfD, findOrigin } from "./conf-d.ts";
import { describeFlag, type Flags } from "./flags.ts";
import type { Problem } from "./problem.ts";
import type { Setting } from "./setting.ts";
import { findValue } from "./toml-table.ts";

export interface Sources {
  flags: Flags;
  variables: NodeJS.ProcessEnv;
  /** Not there yet while it is looked up where they are. */
  confD?: ConfD;
}

/** A value, and who said so: a flag, a variable, `file:line`, or `default`. */
export interface Resolved<Value> {
  value: Value;
  origin: string;
}

type Report = (problem: Problem) => void;

/**
 * Finds the value of a setting: a flag goes before a variable, that before the files. Undefined
 * when nobody said it, or when what was said is a mistake, which is reported.
 */
export function resolve<Value>(
  setting: Setting<Value>,
  { flags, variables, confD }: Sources,
  report: Report,
): Resolved<Value> | undefined {
  const { kind, name } = setting;
  const said = findFlag(setting, flags) ?? findVariable(setting, variables, report);
  const key = confD && findKey(setting, confD);
  // Looked at in any case: a mistake in a file is one, even when a flag goes before it.
  const fromFile = key && read(key, kind.fromToml, (problem) => report(prefix(name, problem)));
  return said === undefined ? fromFile : read(said, kind.fromText, report);
}

function findFlag({ flags }: Setting<unknown>, given: Flags): Resolved<string> | undefined {
  if (flags === undefined) return undefined;
  const { name, label } = describeFlag(flags);
  const value = given.get(name);
  return value === undefined ? undefined : { value, origin: label };
}

function findVariable(
  { variable, provider, isEmptySaid = false }: Setting<unknown>,
  variables: NodeJS.ProcessEnv,
  report: Report,
): Resolved<string> | undefined {
  const named = provider && variables[provider];
  const origin = named || variable;
  const value = origin && variables[origin];
  if (origin === undefined || value === undefined || (value === "" && !isEmptySaid)) {
    if (named) {
      const message = `names the variable ${named}, which is not set`;
      report({ severity: "error", message, origin: provider });
    }
    return undefined;
  }
  return { value, origin };
}

function findKey(
  { name, isInFiles }: Setting<unknown>,
  confD: ConfD,
): Resolved<unknown> | undefined {
  const value = isInFiles ? findValue(confD.table, name) : undefined;
  if (value === undefined) return undefined;
  return { value, origin: findOrigin(confD, name) ?? "conf.d" };
}

function read<Given, Value>(
  { value, origin }: Resolved<Given>,
  parse: (given: Given, warn: (message: string) => void) => Value,
  report: Report,
): Resolved<Value> | undefined {
  try {
    const warn = (message: string) => report({ severity: "warning", message, origin });
    return { value: parse(value, warn), origin };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    report({ severity: "error", message, origin });
    return undefined;
  }
}

/** A line of a file may be long: the key helps to find the place in it. */
function prefix(name: string, problem: Problem): Problem {
  return { ...problem, message: `${name}: ${problem.message}` };
}
