/** The partial inverse of max pooling: values go back to where they were, among zeros. */

import { ArgumentError, formatShape, numel } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { apply, castTo, composed, constant, expandTo } from '@tenfold/tensor/internal';
import { requireIndices, requireShape, sizesOf } from './checks.ts';
import type { Sizes } from './checks.ts';
import { checkIndexRange } from './index-range.ts';
import { requireSpatial } from './spatial.ts';

export interface MaxUnpoolOptions {
  /** That of the pooling. Default: the size of the window. */
  readonly stride?: Sizes | null;
  /** That of the pooling. Default 0. */
  readonly padding?: Sizes;
  /** The spatial sizes of the result, or its shape, where several were pooled to the same. */
  readonly outputSize?: readonly number[] | null;
}

/** Undoes maxPool1d on `[N, C, L]` or `[C, L]`, as torch.nn.functional.max_unpool1d. Errors as `maxUnpool2d`. */
export function maxUnpool1d(
  input: Tensor,
  indices: Tensor,
  kernelSize: Sizes,
  options: MaxUnpoolOptions = {},
): Tensor {
  return maxUnpool('maxUnpool1d', 1, input, indices, kernelSize, options);
}

/**
 * Undoes maxPool2d on `[N, C, H, W]` or `[C, H, W]`, with the indices that it returned, as
 * torch.nn.functional.max_unpool2d.
 * @throws ShapeError when indices and input differ in shape; ArgumentError for an `outputSize` too far from the usual.
 */
export function maxUnpool2d(
  input: Tensor,
  indices: Tensor,
  kernelSize: Sizes,
  options: MaxUnpoolOptions = {},
): Tensor {
  return maxUnpool('maxUnpool2d', 2, input, indices, kernelSize, options);
}

/** Undoes maxPool3d on `[N, C, D, H, W]` or `[C, D, H, W]`, as torch.nn.functional.max_unpool3d. Errors as `maxUnpool2d`. */
export function maxUnpool3d(
  input: Tensor,
  indices: Tensor,
  kernelSize: Sizes,
  options: MaxUnpoolOptions = {},
): Tensor {
  return maxUnpool('maxUnpool3d', 3, input, indices, kernelSize, options);
}

function maxUnpool(
  op: string,
  rank: number,
  input: Tensor,
  indices: Tensor,
  kernelSize: Sizes,
  { stride = null, padding = 0, outputSize = null }: MaxUnpoolOptions,
): Tensor {
  requireSpatial(op, rank, input);
  requireIndices(op, 'tensor of indices', indices);
  requireShape(op, 'tensor of indices', indices, input.shape);
  const sizes = sizesOf(op, 'the window', kernelSize, rank, 1);
  const strides = sizesOf(op, 'stride', stride ?? kernelSize, rank, 1);
  const pads = sizesOf(op, 'padding', padding, rank, 0);
  const usual = input.shape.slice(-rank).map((n, i) => (n - 1) * strides[i] - 2 * pads[i] + sizes[i]);
  const space = outputSize === null ? usual : chosenSize(op, input, usual, strides, outputSize);
  const elements = numel(space);
  checkIndexRange(op, 'index', indices, elements);
  return composed(input, () => {
    const leading = input.shape.slice(0, -rank);
    const base = expandTo(constant(input.home, 0, input.dtype), [...leading, elements]);
    const flat = (x: Tensor) => x.flatten(leading.length);
    const positions = castTo(flat(indices), 'int32');
    const attrs = { axis: leading.length, mode: 'set' as const };
    return apply('scatter', [base, positions, flat(input)], attrs).reshape([...leading, ...space]);
  });
}

function chosenSize(
  op: string,
  input: Tensor,
  usual: readonly number[],
  strides: readonly number[],
  outputSize: readonly number[],
): number[] {
  const rank = usual.length;
  const space = outputSize.slice(-rank);
  const fits = space.every((n, i) => Math.abs(n - usual[i]) < strides[i]);
  if (fits && [rank, rank + 2, input.ndim].includes(outputSize.length)) return space;
  throw new ArgumentError(
    `${op}: outputSize ${formatShape(outputSize)} does not suit an input ${formatShape(input.shape)}; expected ` +
      `${formatShape(usual)}, give or take less than the stride ${formatShape(strides)}`,
  );
}
