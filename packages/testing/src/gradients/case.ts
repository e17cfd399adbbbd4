/** What a gradient check needs to know of an operation. */

import { tensor } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { SeededRandom } from '../seeded-random.ts';

export interface GradientCase {
  readonly name: string;
  /** Shapes of the inputs that are differentiated. */
  readonly shapes: readonly (readonly number[])[];
  readonly fn: (...inputs: Tensor[]) => Tensor | readonly Tensor[];
  /** Where the inputs lie; the default is [-1.5, 1.5] without the neighbourhood of integers and halves, where steps jump. */
  readonly range?: readonly [number, number];
  /** Whether second derivatives are checked too. */
  readonly smooth?: boolean;
}

/** A case of operations on one tensor of shape [2, 3]. */
export function onMatrix(
  name: string,
  fn: (x: Tensor) => Tensor,
  more: Partial<GradientCase> = {},
): GradientCase {
  return { name, shapes: [[2, 3]], fn: (x) => fn(x), smooth: true, ...more };
}

/** A case of operations on two tensors; the default shapes broadcast. */
export function onPair(
  name: string,
  fn: (a: Tensor, b: Tensor) => Tensor,
  more: Partial<GradientCase> = {},
): GradientCase {
  return { name, shapes: [[2, 3], [3]], fn: (a, b) => fn(a, b), smooth: true, ...more }; // prettier-ignore
}

/** Distinct values for an input, none near a place where a step function jumps. */
export function valuesOf(
  shape: readonly number[],
  [low, high]: readonly [number, number],
  seed: number,
): Float64Array<ArrayBuffer> {
  const random = new SeededRandom(seed);
  const count = shape.reduce((product, size) => product * size, 1);
  const data = Float64Array.from({ length: count }, (_, i) => {
    const value = low + ((i + 0.2 + 0.6 * random.next()) / count) * (high - low);
    const toHalf = value * 2 - Math.round(value * 2);
    return Math.abs(toHalf) < 0.04 ? value + 0.04 : value;
  });
  for (let i = count - 1; i > 0; i--) {
    const j = random.int(0, i);
    [data[i], data[j]] = [data[j], data[i]];
  }
  return data;
}

/** Whole numbers, for indices. */
export function indices(data: number[] | number[][]): Tensor {
  return tensor(data);
}
