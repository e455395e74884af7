/**
 * A bucket ends where it is so many times its beginning. So its middle is no more than 4.5 % away from
 * whatever is in it, and a month of milliseconds needs 250 of them.
 */
const GROWTH = 1.09;
const LOG_GROWTH = Math.log(GROWTH);

/** Counts times by their size, in buckets that grow with it. */
export class Histogram {
  /** How many there are in a bucket, by its number. */
  readonly counts: Map<number, number>;

  constructor(counts: Map<number, number> = new Map()) {
    this.counts = counts;
  }

  /** What takes less than a millisecond counts as one. */
  add(ms: number): void {
    const bucket = Math.floor(Math.log(Math.max(1, ms)) / LOG_GROWTH);
    this.counts.set(bucket, (this.counts.get(bucket) ?? 0) + 1);
  }

  get size(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /**
   * So many milliseconds at the most did this share of all of them take, to within 5 %.
   * @param share above 0, up to 1; there has to be something
   */
  percentile(share: number): number {
    const rank = Math.ceil(share * this.size);
    let count = 0;
    for (const bucket of [...this.counts.keys()].toSorted((one, other) => one - other)) {
      count += this.counts.get(bucket) ?? 0;
      // Three digits, since more would look as if they were known.
      if (count >= rank) return Number((GROWTH ** (bucket + 0.5)).toPrecision(3));
    }
    throw new RangeError("of nothing there is no percentile");
  }
}
