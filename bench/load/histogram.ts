export interface LatencyFigures {
  count: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** Each power of two has so many buckets: a value is off by less than 1 %. */
const BUCKET_BITS = 7;
const BUCKETS = 1 << BUCKET_BITS;

/** How often each latency was seen, in microseconds, with logarithmic buckets. */
export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS * (33 - BUCKET_BITS));
  #count = 0;
  #maxMs = 0;

  record(ms: number): void {
    this.#count++;
    if (ms > this.#maxMs) this.#maxMs = ms;
    const index = bucketOf(Math.round(ms * 1000));
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
  }

  figures(): LatencyFigures {
    return {
      count: this.#count,
      p50Ms: this.#percentile(0.5),
      p95Ms: this.#percentile(0.95),
      p99Ms: this.#percentile(0.99),
      maxMs: this.#maxMs,
    };
  }

  #percentile(share: number): number {
    let left = Math.ceil(this.#count * share);
    for (const [index, count] of this.#counts.entries()) {
      left -= count;
      if (left <= 0 && count > 0) return Math.min(middleOf(index) / 1000, this.#maxMs);
    }
    return 0;
  }
}

function bucketOf(micros: number): number {
  const shift = Math.max(0, 32 - Math.clz32(micros) - (BUCKET_BITS + 1));
  return shift * BUCKETS + (micros >>> shift);
}

function middleOf(index: number): number {
  const shift = Math.max(0, Math.floor(index / BUCKETS) - 1);
  const lowest = (index - shift * BUCKETS) * 2 ** shift;
  return lowest + (2 ** shift - 1) / 2;
}
