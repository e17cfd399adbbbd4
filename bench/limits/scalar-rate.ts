/**
 * How fast JavaScript computes in double precision on one thread: sums of four multiples of rows that lie in the first
 * cache, which is what products and decompositions of matrices come to. Adding one row at a time is half as fast, as it
 * stores four times as often.
 */

import { measure } from '../src/measure.ts';
import type { Timing } from '../src/measure.ts';

/** Five rows of so many elements are 20 KiB. */
const LENGTH = 512;
const TIMES = 64;
const FLOPS_PER_ELEMENT = 8;

/** Floating-point operations a second. */
export async function measureScalarRate(timing: Timing): Promise<number> {
  const y = new Float64Array(LENGTH);
  const x = Float64Array.from({ length: 4 * LENGTH }, (_, i) => Math.sin(i));
  const call = () => {
    for (let i = 0; i < TIMES; i++) addFourRows(y, x, LENGTH, 1 / 2, -1 / 4, 1 / 8, -3 / 8);
  };
  const [{ median }] = await measure([call], timing);
  if (!y.every(Number.isFinite)) throw new Error('the sums have overflowed');
  return (FLOPS_PER_ELEMENT * LENGTH * TIMES) / (median / 1000);
}

function addFourRows(
  y: Float64Array,
  x: Float64Array,
  n: number,
  a: number,
  b: number,
  c: number,
  d: number,
): void {
  for (let i = 0; i < n; i++) y[i] += a * x[i] + b * x[n + i] + c * x[2 * n + i] + d * x[3 * n + i];
}
