/** Parameters of distributions: numbers or tensors, brought to one shape and one float dtype, and the noise for draws. */

import { ArgumentError, isFloat } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import { together } from '../core/broadcast.ts';
import { resultType } from '../core/promote.ts';
import type { Operand } from '../core/promote.ts';
import { Tensor } from '../core/tensor.ts';
import { tensor } from '../creation/from-data.ts';
import { rand, randn } from '../creation/random.ts';

/** Least normal float32: what is 0 has an infinite logarithm, and no direction. */
export const LEAST_NORMAL = 1.2e-38;

/** All parameters with one shape and one float dtype; numbers alone are float32. */
export function broadcastAll<T extends readonly Operand[]>(
  op: string,
  parameters: readonly [...T],
): { [K in keyof T]: Tensor } {
  const promoted = resultType(op, parameters);
  const dtype = isFloat(promoted) ? promoted : 'float32';
  const [first, ...rest] = parameters;
  const anchor =
    first instanceof Tensor || rest.some((p) => p instanceof Tensor)
      ? first
      : tensor(Number(first), { dtype });
  return together(op, [anchor, ...rest], dtype) as { [K in keyof T]: Tensor };
}

/** Raises ArgumentError for a number that is not above 0; what tensors hold is not looked at. */
export function requirePositive(op: string, parameters: Readonly<Record<string, Operand>>): void {
  for (const [name, value] of Object.entries(parameters)) {
    if (typeof value === 'number' && !(value > 0))
      throw new ArgumentError(`${op}: ${name} is ${value}, expected a number above 0`);
  }
}

/** Exactly one of the two ways to give probabilities. */
export function requireOneOfTwo(op: string, first: unknown, second: unknown): void {
  if ((first === undefined) === (second === undefined))
    throw new ArgumentError(
      `${op}: expected either probs or logits, got ${first === undefined ? 'neither' : 'both'}`,
    );
}

/** Uniform numbers from (0, 1], of the dtype and device of `like`: their logarithm exists. */
export function positiveUniform(like: Tensor, shape: Shape): Tensor {
  return uniform(like, shape).neg().add(1);
}

/** Uniform numbers from [0, 1), of the dtype and device of `like`. */
export function uniform({ dtype, device }: Tensor, shape: Shape): Tensor {
  return rand(shape, { dtype, device });
}

/** Standard normal numbers of the dtype and device of `like`. */
export function standardNormal({ dtype, device }: Tensor, shape: Shape): Tensor {
  return randn(shape, { dtype, device });
}

/** The sum over the last `count` axes. */
export function sumRightmost(x: Tensor, count: number): Tensor {
  return count === 0 ? x : x.sum(Array.from({ length: count }, (_, i) => i - count));
}

/** `log(1 + exp(x))` without overflow. */
export function softplus(x: Tensor): Tensor {
  return x.logaddexp(x.mul(0));
}

export function logitsOf(probs: Tensor): Tensor {
  return probs.log().sub(probs.neg().log1p());
}
