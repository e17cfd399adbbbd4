/** Whether a result is right: a sample of its elements against those that are expected. */

import type { Expected } from './job.ts';

/** The greatest distance, relative to the greatest magnitude that is expected. Not a number where the result has such. */
export function errorOf(result: ArrayLike<number>, { indices, values }: Expected): number {
  const scale = Math.max(...values.map(Math.abs));
  const distances = values.map((value, i) => Math.abs(result[indices?.[i] ?? i] - value));
  return distances.some(Number.isNaN) ? NaN : Math.max(...distances) / scale;
}

export function isRight(error: number, { tolerance }: Expected): boolean {
  return error <= tolerance;
}
