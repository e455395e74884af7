import { DEMANDS, type TestFile, type TestRun } from "./test-file.ts";

export interface Verdict {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Tests that were left out with a reason, see kit/left-out.ts. */
  readonly leftOut: string[];
  /** Why the file failed. Empty when it passed. */
  readonly complaints: string[];
}

/** What uvu prints at the very end. */
const SUMMARY = /^ {2}Total: +(\d+)\n {2}Passed: +(\d+)\n {2}Skipped: +(\d+)$/gm;

/**
 * Judges a run by what happened, not by the exit code alone: uvu exits with 0 when a `before` or an
 * `after.each` threw, when `.only` was left in, and when `.run()` was forgotten.
 */
export function judge({ source }: TestFile, run: TestRun): Verdict {
  const summaries = [...run.output.matchAll(SUMMARY)];
  const [total = 0, passed = 0, skipped = 0] = summaries.at(-1)?.slice(1).map(Number) ?? [];
  const leftOut = [...run.output.matchAll(/^LEFT OUT: (.*)$/gm)].map(([, text = ""]) => text);

  const complaints: string[] = [];
  if (run.badEnding !== undefined) complaints.push(run.badEnding);
  if (summaries.length === 0) complaints.push("never came to uvu's summary");
  // Each further one sets the exit code anew, and so may hide a failure.
  if (summaries.length > 1) complaints.push(`came to uvu's summary ${summaries.length} times`);
  if (summaries.length > 0 && total + leftOut.length === 0) complaints.push("has no tests");
  const hint = hookHint(run, total - passed);
  if (passed !== total) complaints.push(`passed ${passed} of ${total}${hint}`);
  if (skipped > 0) complaints.push(`skipped ${skipped} (.only or .skip; leftOut takes a reason)`);
  if (source.startsWith("// limit") && !DEMANDS.test(source)) {
    complaints.push('wants "// limit: N s" or "// limit: N s, alone" in line 1');
  }
  for (const name of suitesNeverRun(source)) complaints.push(`never calls ${name}.run()`);
  if (run.leftBehind.length > 0) complaints.push(`left behind ${run.leftBehind.join(", ")}`);

  return {
    passed,
    failed: complaints.length === 0 ? 0 : Math.max(1, total - passed),
    skipped: skipped + leftOut.length,
    leftOut,
    complaints,
  };
}

/** uvu shows a failed test's error, but drops that of a hook and with it the tests after it. */
function hookHint({ output }: TestRun, failed: number): string {
  const shown = output.match(/^ {3}FAIL {2}/gm)?.length ?? 0;
  return shown < failed ? " (a hook threw; uvu hides its error)" : "";
}

/** A forgotten suite beside one that runs shows in no summary, only in the text. */
function suitesNeverRun(source: string): string[] {
  const names = [...source.matchAll(/^const (\w+) = suite\b/gm)].map(([, name = ""]) => name);
  return names.filter((name) => !source.includes(`${name}.run()`));
}
