/**
 * Timing: every variant is warmed up until its time no longer changes, then the variants take turns, one sample each, until
 * the time is spent. A sample is as many calls as the clock needs to be exact. What is kept is the median, which outliers
 * cannot move, and how far it can be trusted.
 */

import type { Call } from './workload.ts';

export interface Summary {
  readonly samples: number;
  readonly median: number;
  /** First and third quartile. */
  readonly low: number;
  readonly high: number;
  /** Half the width of the interval in which the median lies with some 95 %, relative to it (McGill et al. 1978). */
  readonly noise: number;
}

export interface Timing {
  /** Measuring time of each variant. */
  readonly seconds: number;
  readonly minimumSamples: number;
  /** Longest warm-up of each variant. */
  readonly warmUpSeconds: number;
}

export const THOROUGH: Timing = { seconds: 1.5, minimumSamples: 15, warmUpSeconds: 2 };
export const QUICK: Timing = { seconds: 0.15, minimumSamples: 5, warmUpSeconds: 0.3 };

/** Calls in a row of which the medians are compared to see whether the warm-up is over, and how equal they must be. */
const WINDOW = 5;
const STABLE = 0.03;
/** A sample takes at least so many milliseconds. */
const SAMPLE_MS = 0.5;

/** Milliseconds of a call, for each of the calls. */
export async function measure(calls: readonly Call[], timing: Timing): Promise<Summary[]> {
  const repeats: number[] = [];
  for (const call of calls) repeats.push(Math.ceil(SAMPLE_MS / (await warmUp(call, timing.warmUpSeconds))));
  const times = calls.map((): number[] => []);
  const end = performance.now() + timing.seconds * 1000 * calls.length;
  for (let round = 0; round < timing.minimumSamples || performance.now() < end; round++) {
    for (const [i, call] of calls.entries()) times[i].push(await sample(call, repeats[i]));
  }
  return times.map(summarise);
}

/** Calls until a window's median is that of the one before, or the time is over; the last median. */
async function warmUp(call: Call, seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1000;
  for (let before = Infinity; ;) {
    const times: number[] = [];
    for (let i = 0; i < WINDOW; i++) times.push(await sample(call, 1));
    const median = Math.max(quantile(times, 0.5), 1e-4);
    if (Math.abs(median - before) < STABLE * before || performance.now() > end) return median;
    before = median;
  }
}

async function sample(call: Call, repeats: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < repeats; i++) {
    const result = call();
    if (result instanceof Promise) await result;
  }
  return (performance.now() - start) / repeats;
}

export function summarise(times: readonly number[]): Summary {
  const [low, median, high] = [0.25, 0.5, 0.75].map((q) => quantile(times, q));
  const noise = median > 0 ? (1.57 * (high - low)) / Math.sqrt(times.length) / median : 0;
  return { samples: times.length, median, low, high, noise };
}

/** Linear interpolation between the two nearest values, as `numpy.quantile` does. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
}
