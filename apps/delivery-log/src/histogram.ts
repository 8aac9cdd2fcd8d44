/**
 * Durations counted in buckets that grow by a fixed factor: histograms of any two times or subscriptions are
 * added bucket by bucket, and a percentile is off by at most a tenth. Where nothing is counted the array
 * ends.
 */
export type Histogram = number[];

const perOctave = 4;
/** Whatever takes longer than two minutes is told as two minutes. */
const buckets = 1 + 17 * perOctave;

/** The first one holds what takes less than a millisecond. */
export function bucketOf(ms: number): number {
  if (!(ms >= 1)) return 0;
  return Math.min(buckets - 1, 1 + Math.floor(Math.log2(ms) * perOctave));
}

export function count(histogram: Histogram, ms: number, by: 1 | -1 = 1): void {
  const bucket = bucketOf(ms);
  while (histogram.length <= bucket) histogram.push(0);
  histogram[bucket] += by;
}

export function addHistogram(to: Histogram, other: Histogram): void {
  while (to.length < other.length) to.push(0);
  for (let bucket = 0; bucket < other.length; bucket++) to[bucket] += other[bucket];
}

/** Of that share of all: in the middle of its bucket. Null where nothing is counted. */
export function percentile(histogram: Histogram, share: number): number | null {
  const total = histogram.reduce((sum, n) => sum + n, 0);
  if (total <= 0) return null;
  let seen = 0;
  const bucket = histogram.findIndex((n) => (seen += n) >= total * share);
  return bucket === 0 ? 0.5 : Number((2 ** ((bucket - 0.5) / perOctave)).toPrecision(3));
}
