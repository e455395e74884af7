/** How long to wait before the next attempt, after so many that failed. */
export interface BackOff {
  /** The most that is waited after the first failure; it doubles with each further one. */
  firstMs: number;
  /** And never grows beyond this. */
  maxMs: number;
}

/**
 * Any time between half of that and all of it: clients that lost one server at the same moment are
 * not to return at the same moment.
 * @param failures from 1
 * @param random as Math.random
 */
export function backOffMs({ firstMs, maxMs }: BackOff, failures: number, random: () => number) {
  const most = Math.min(firstMs * 2 ** (failures - 1), maxMs);
  return most * (0.5 + random() / 2);
}
