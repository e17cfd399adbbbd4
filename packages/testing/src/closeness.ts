/** Comparing arrays of numbers: which elements differ by more than a tolerance, and the tolerance of each dtype. */

import type { DType } from '@tenfold/ir';
import type { Scalar } from './number-format.ts';

/** `|actual - expected| <= atol + rtol·|expected|`; NaN equals NaN, and infinities equal themselves. */
export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

const EXACT: Tolerance = { rtol: 0, atol: 0 };

/** What a few roundings and a good elementary function may cost in each dtype. */
export const TOLERANCES: { readonly [D in DType]: Tolerance } = {
  float64: { rtol: 1e-12, atol: 1e-13 },
  float32: { rtol: 2e-6, atol: 2e-7 },
  float16: { rtol: 2e-3, atol: 1e-6 },
  bfloat16: { rtol: 1.6e-2, atol: 1e-6 },
  int64: EXACT,
  int32: EXACT,
  int8: EXACT,
  uint8: EXACT,
  bool: EXACT,
};

export function isClose(actual: Scalar, expected: Scalar, { rtol, atol }: Tolerance): boolean {
  if (typeof actual === 'bigint' || typeof expected === 'bigint') return actual === expected;
  if (Number.isNaN(expected) || Number.isNaN(actual)) return Number.isNaN(expected) && Number.isNaN(actual);
  if (actual === expected) return true;
  return Number.isFinite(expected) && Math.abs(actual - expected) <= atol + rtol * Math.abs(expected);
}

/** The elements that differ, as sentences: at most `limit`, then a count. An empty list means equality. */
export function differences(
  actual: readonly Scalar[],
  expected: readonly Scalar[],
  tolerance: Tolerance,
  limit = 5,
): string[] {
  if (actual.length !== expected.length) return [`${actual.length} elements instead of ${expected.length}`];
  const wrong = [...actual.keys()].filter((i) => !isClose(actual[i], expected[i], tolerance));
  const lines = wrong.slice(0, limit).map((i) => `[${i}] is ${actual[i]}, expected ${expected[i]}`);
  return wrong.length > limit ? [...lines, `... ${wrong.length} of ${actual.length} differ`] : lines;
}
