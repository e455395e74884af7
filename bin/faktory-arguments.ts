/** Faktory's flags; all but the last two take a value. */
const FLAG = /^--?([bcdelwvh])(?:=(.*))?$/s;

/**
 * Takes a command line of Faktory as it is: it has no subcommands, and Go reads `-b=x`, `--b x` and
 * `--b=x` like `-b x`.
 */
export function readAsFaktory(args: readonly string[]): string[] {
  const [first = ""] = args;
  const isServe = first === "serve" || first === "check-config" || isFlagOfServe(first);
  if (!isServe) return [...args];
  const flags = args.flatMap((argument) => {
    const [, letter, value] = FLAG.exec(argument) ?? [];
    if (letter === undefined) return [argument];
    return value === undefined ? [`-${letter}`] : [`-${letter}`, value];
  });
  return isFlagOfServe(first) ? ["serve", ...flags] : flags;
}

/** What the command line itself answers is not for `serve`. */
function isFlagOfServe(argument: string): boolean {
  return argument.startsWith("-") && !/^--?(h|help|v|version)$/.test(argument);
}
