/**
 * Says that a test cannot run here, and why. The runner counts it as skipped and repeats it at the
 * end; a plain `.skip` is a failure.
 */
export function leftOut(what: string, reason: string): void {
  // On a line of its own, even when uvu is in the middle of one.
  process.stdout.write(`\nLEFT OUT: ${what} (${reason})\n`);
}
