/** A time series that never repeats, and pieces of it to learn from. */

/** Time constant of the delay, in units of time; from about 17 on the series is chaotic. */
const DELAY = 17;
/** Steps of integration a unit of time. */
const SUBSTEPS = 10;

/**
 * `count` values of the Mackey-Glass equation `x' = 0.2 x(t - 17) / (1 + x(t - 17)^10) - 0.1 x`, one a unit of time, by the
 * method of Heun, after its start has died away.
 * Mackey, Glass: Oscillation and chaos in physiological control systems (1977).
 */
export function mackeyGlass(count: number): Float32Array {
  const skipped = 300;
  const delay = DELAY * SUBSTEPS;
  const total = (skipped + count) * SUBSTEPS;
  const x = new Float64Array(delay + total + 1).fill(1.2);
  const rate = (value: number, delayed: number) => (0.2 * delayed) / (1 + delayed ** 10) - 0.1 * value;
  const h = 1 / SUBSTEPS;
  for (let i = delay; i < delay + total; i++) {
    const slope = rate(x[i], x[i - delay]);
    const next = rate(x[i] + h * slope, x[i + 1 - delay]);
    x[i + 1] = x[i] + (h * (slope + next)) / 2;
  }
  return Float32Array.from({ length: count }, (_, i) => x[delay + (skipped + i) * SUBSTEPS]);
}

/** The values less their mean, over their standard deviation. */
export function standardized(values: Float32Array): Float32Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return values.map((value) => (value - mean) / Math.sqrt(variance));
}

export interface SeriesBatch {
  /** Pieces of the series, `[count, length]`. */
  readonly inputs: Float32Array<ArrayBuffer>;
  /** What comes `ahead` units of time after each value. */
  readonly targets: Float32Array<ArrayBuffer>;
}

/** The pieces of `length` values that begin at `starts`. */
export function piecesAt(
  series: Float32Array,
  starts: readonly number[],
  length: number,
  ahead: number,
): SeriesBatch {
  const [inputs, targets] = [
    new Float32Array(starts.length * length),
    new Float32Array(starts.length * length),
  ];
  starts.forEach((start, i) => {
    inputs.set(series.subarray(start, start + length), i * length);
    targets.set(series.subarray(start + ahead, start + ahead + length), i * length);
  });
  return { inputs, targets };
}

/** `count` places for pieces of a series, anywhere in it. */
export function randomStarts(total: number, count: number, random: () => number): number[] {
  return Array.from({ length: count }, () => Math.floor(random() * total));
}
