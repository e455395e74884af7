/** Node takes no more, and fires at once for what is: 24 days and 20 hours. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** As setTimeout, for any time: what is longer than a timer can be takes as long as one can. */
export function startTimer(run: () => void, ms: number): NodeJS.Timeout {
  return setTimeout(run, Math.min(ms, MAX_TIMER_MS));
}
