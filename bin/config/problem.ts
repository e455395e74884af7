/** Something about the configuration that its owner should know. */
export interface Problem {
  /** With an error nothing starts. `ignored` is what Faktory knows and this version does not act on. */
  severity: "error" | "warning" | "ignored";
  message: string;
  /** Where it was said: `/etc/faktory/conf.d/a.toml:3`, `-b`, `FAKTORY_ENV`. */
  origin?: string;
}

/** One line, as a compiler would write it. */
export function describeProblem({ message, origin }: Problem): string {
  return origin === undefined ? message : `${origin}: ${message}`;
}

export function hasError(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === "error");
}
