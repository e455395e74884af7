let due: (() => void)[] = [];

/**
 * Runs a function when this turn of the event loop has ended, right behind all others that wait for
 * it. So what they send to Redis goes in one write.
 */
export function atEndOfTurn(run: () => void): void {
  if (due.length === 0) setImmediate(runAll);
  due.push(run);
}

function runAll(): void {
  const runs = due;
  due = [];
  for (const run of runs) run();
}
