/** What several rounds gave: the median, and how far they are apart. */
export interface Summary {
  median: number;
  lowest: number;
  highest: number;
}

export function summarize(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [below, above] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return {
    median: ((below ?? Number.NaN) + (above ?? Number.NaN)) / 2,
    lowest: sorted[0] ?? Number.NaN,
    highest: sorted.at(-1) ?? Number.NaN,
  };
}

/** Each round's ratio: what slows the machine down for a while slows both sides of a round. */
export function ratios(values: readonly number[], others: readonly number[]): number[] {
  return values.map((value, index) => value / (others[index] ?? Number.NaN));
}
