/**
 * Timing of one piece of work: warm up until compiled, then repeat for a fixed time and keep the median,
 * which one slow outlier cannot move, and the spread, without which a median says little.
 */

export interface Workload {
  readonly name: string;
  /** Prepares the data and returns what is timed; a call resolves when the result is there. */
  readonly setup: () => Promise<() => Promise<unknown>>;
  /** Floating-point operations of one call, for a rate. */
  readonly flops?: number;
  /** Samples of one call, for a rate. */
  readonly samples?: number;
}

export interface Measurement {
  readonly name: string;
  readonly calls: number;
  readonly medianMs: number;
  /** Half the distance between the first and the third quartile. */
  readonly spreadMs: number;
  readonly rate?: string;
}

export interface MeasureOptions {
  readonly warmUpCalls?: number;
  readonly seconds?: number;
  readonly minimumCalls?: number;
}

export async function measure(workload: Workload, options: MeasureOptions = {}): Promise<Measurement> {
  const { warmUpCalls = 5, seconds = 2, minimumCalls = 10 } = options;
  const call = await workload.setup();
  for (let i = 0; i < warmUpCalls; i++) await call();
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (times.length < minimumCalls || performance.now() < end) {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  }
  const medianMs = quantile(times, 0.5);
  return {
    name: workload.name,
    calls: times.length,
    medianMs,
    spreadMs: (quantile(times, 0.75) - quantile(times, 0.25)) / 2,
    rate: rate(workload, medianMs / 1000),
  };
}

/** Linear interpolation between the two nearest values, as `numpy.quantile` does. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
}

function rate({ flops, samples }: Workload, seconds: number): string | undefined {
  if (flops !== undefined) return `${(flops / seconds / 1e9).toFixed(1)} GFLOP/s`;
  if (samples !== undefined) return `${Math.round(samples / seconds)} samples/s`;
  return undefined;
}
