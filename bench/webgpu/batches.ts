/**
 * Timing a device that works behind the program's back: calls are submitted one after another, so that the queue is never
 * empty, and are waited for once at the end of a batch. A batch is so long that this wait does not count. What is kept is
 * the median over batches.
 */

import type { Summary } from '../src/measure.ts';
import { summarise } from '../src/measure.ts';

export interface BatchTiming {
  /** Measuring time, and the least time of a batch. */
  readonly seconds: number;
  readonly batchSeconds: number;
}

export interface BatchSummary extends Summary {
  /** Calls in a batch. */
  readonly calls: number;
}

const MINIMUM_BATCHES = 5;
const MOST_CALLS = 4096;
const WARM_UP = 3;

/** Milliseconds of a call. `run` submits one, and resolves when there is room for the next; `wait` when all are done. */
export async function timeBatches(
  run: () => unknown,
  wait: () => Promise<void>,
  { seconds, batchSeconds }: BatchTiming,
): Promise<BatchSummary> {
  const batch = async (calls: number) => {
    const begin = performance.now();
    for (let i = 0; i < calls; i++) await run();
    await wait();
    return performance.now() - begin;
  };
  // Shaders are compiled, buffers allocated and clocks raised meanwhile.
  let calls = 1;
  for (let i = 0; i < WARM_UP; i++) await batch(calls);
  for (let spent = await batch(calls); spent < batchSeconds * 1000 && calls < MOST_CALLS;) {
    const wanted = (calls * batchSeconds * 1000) / Math.max(spent, 1e-3);
    calls = Math.min(MOST_CALLS, Math.ceil(Math.min(wanted * 1.1, calls * 4)));
    spent = await batch(calls);
  }
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (times.length < MINIMUM_BATCHES || performance.now() < end) times.push((await batch(calls)) / calls);
  return { ...summarise(times), calls };
}
