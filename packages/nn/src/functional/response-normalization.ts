/** Normalisation by what neighbouring channels have at the same place: sums over windows of channels. */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import { pow } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { apply, composed } from '@tenfold/tensor/internal';
import { requireFloat } from './checks.ts';

export interface LocalResponseNormOptions {
  /** The factor of the mean square. Default 1e-4. */
  readonly alpha?: number;
  /** The exponent. Default 0.75. */
  readonly beta?: number;
  /** Added to the mean square. Default 1. */
  readonly k?: number;
}

/**
 * Divides `[N, C, ...]` by `(k + alpha / size · Σ x²) ^ beta`, the sum being over `size` neighbouring channels, as
 * torch.nn.functional.local_response_norm.
 */
export function localResponseNorm(
  input: Tensor,
  size: number,
  { alpha = 1e-4, beta = 0.75, k = 1 }: LocalResponseNormOptions = {},
): Tensor {
  if (!Number.isInteger(size) || size < 1) {
    throw new ArgumentError(`localResponseNorm: size is ${size}, expected a whole number of at least 1`);
  }
  const before = Math.floor(size / 2);
  return responseNorm(
    'localResponseNorm',
    input,
    { before, after: size - 1 - before },
    alpha / size,
    beta,
    k,
  );
}

/** Division by `(k + factor · Σ x²) ^ beta` over so many channels before and after each one. */
export function responseNorm(
  op: string,
  input: Tensor,
  { before, after }: { readonly before: number; readonly after: number },
  factor: number,
  beta: number,
  k: number,
): Tensor {
  requireFloat(op, 'input', input);
  if (input.ndim < 3) {
    throw new ShapeError(`${op}: the input has shape ${formatShape(input.shape)}, expected [N, C, ...] of 3 axes or more`);
  }
  return composed(input, () => {
    const along = (n: number) => input.shape.map((_, axis) => (axis === 1 ? n : 0));
    const attrs = { lo: along(before), hi: along(after), interior: along(0), value: 0 };
    const padded = apply('pad', [input.square()], attrs);
    const windows = { axes: [1], size: [before + after + 1], stride: [1], dilation: [1] };
    const sums = apply('window', [padded], windows).sum(input.ndim);
    return input.div(pow(sums.mul(factor).add(k), beta));
  });
} // prettier-ignore
