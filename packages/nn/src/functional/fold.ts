/** Images as columns of their windows, and the sum of such columns as an image: each is the other's gradient. */

import { ArgumentError, ShapeError, formatShape, numel } from '@tenfold/ir';
import type { ContractSpec } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { apply, composed, constant } from '@tenfold/tensor/internal';
import { requireFloat, sizesOf } from './checks.ts';
import type { Sizes } from './checks.ts';
import { asBatch, requireSpatial, spreadSpace } from './spatial.ts';
import { areDisjoint, fromDisjointWindows, padWindows, windowsOf } from './windows.ts';
import type { WindowAxis } from './windows.ts';

export interface FoldOptions {
  /** Distance of neighbours in a window. Default 1. */
  readonly dilation?: Sizes;
  /** Zeros around the image. Default 0. */
  readonly padding?: Sizes;
  /** Distance of windows. Default 1. */
  readonly stride?: Sizes;
}

/**
 * The windows of `[N, C, H, W]` or `[C, H, W]` as columns, `[N, C · kH · kW, L]`, as torch.nn.functional.unfold.
 * @throws ShapeError when a window does not fit into the padded image.
 */
export function unfold(
  input: Tensor,
  kernelSize: Sizes,
  { dilation = 1, padding = 0, stride = 1 }: FoldOptions = {},
): Tensor {
  requireSpatial('unfold', 2, input);
  const axes = columnAxes('unfold', input.shape.slice(-2), kernelSize, { dilation, padding, stride });
  const columns = (images: Tensor) => {
    const [batch, channels] = images.shape;
    const windows = windowsOf(padWindows(images, axes, 0), axes).permute([0, 1, 4, 5, 2, 3]);
    return windows.reshape([batch, channels * elementsIn(axes), positionsIn(axes)]);
  };
  return composed(input, () => asBatch(2, input, columns));
}

/**
 * The image of size `outputSize` in which each element is the sum of those in the columns `[N, C · kH · kW, L]` or
 * `[C · kH · kW, L]` that stand for it, as torch.nn.functional.fold.
 * @throws ShapeError when the number of columns or their length does not fit.
 */
export function fold(
  input: Tensor,
  outputSize: Sizes,
  kernelSize: Sizes,
  { dilation = 1, padding = 0, stride = 1 }: FoldOptions = {},
): Tensor {
  requireFloat('fold', 'input', input);
  const size = sizesOf('fold', 'outputSize', outputSize, 2, 1);
  const axes = columnAxes('fold', size, kernelSize, { dilation, padding, stride });
  const [rows, count] = input.shape.slice(-2);
  if ((input.ndim !== 2 && input.ndim !== 3) || rows % elementsIn(axes) !== 0 || count !== positionsIn(axes)) {
    throw new ShapeError(
      `fold: the input has shape ${formatShape(input.shape)}, expected [N, C · ${elementsIn(axes)}, ${positionsIn(axes)}] ` +
        `or the same without N, for windows of ${axes.map((axis) => axis.size).join(' x ')} over ${size.join(' x ')}`,
    );
  }
  const images = (columns: Tensor) => {
    const channels = rows / elementsIn(axes);
    const shape = [columns.shape[0], channels, ...axes.map((axis) => axis.size), ...axes.map((axis) => axis.count)];
    return sumOfWindows(columns.reshape(shape), axes);
  };
  return composed(input, () => asBatch(1, input, images));
} // prettier-ignore

function columnAxes(
  op: string,
  lengths: readonly number[],
  kernelSize: Sizes,
  { dilation, padding, stride }: Required<FoldOptions>,
): WindowAxis[] {
  const rank = lengths.length;
  const sizes = sizesOf(op, 'kernelSize', kernelSize, rank, 1);
  const dilations = sizesOf(op, 'dilation', dilation, rank, 1);
  const pads = sizesOf(op, 'padding', padding, rank, 0);
  const strides = sizesOf(op, 'stride', stride, rank, 1);
  return lengths.map((length, i) => {
    const span = dilations[i] * (sizes[i] - 1) + 1;
    const count = Math.floor((length + 2 * pads[i] - span) / strides[i]) + 1;
    if (count < 1) {
      throw new ArgumentError(
        `${op}: a window that spans ${span} does not fit into ${length + 2 * pads[i]}, a padded size of the image`,
      );
    }
    return { length, size: sizes[i], stride: strides[i], dilation: dilations[i], before: pads[i], after: pads[i], count }; // prettier-ignore
  });
}

function elementsIn(axes: readonly WindowAxis[]): number {
  return numel(axes.map(({ size }) => size));
}

function positionsIn(axes: readonly WindowAxis[]): number {
  return numel(axes.map(({ count }) => count));
}

/**
 * From `[N, C, kH, kW, oH, oW]` to the image: element h collects from every window with an element there, the sum over k
 * at position (h + padding - dilation · k) / stride. That is a contraction with 1, from positions spread by the stride.
 */
function sumOfWindows(columns: Tensor, axes: readonly WindowAxis[]): Tensor {
  if (areDisjoint(axes)) return fromDisjointWindows(columns.permute([0, 1, 4, 5, 2, 3]), axes);
  const spread = spreadSpace(columns, axes.map(({ stride }) => stride - 1)); // prettier-ignore
  const [batch, channels] = columns.shape;
  const plain = (label: number) => ({ terms: [{ label, coefficient: 1 }], offset: 0 });
  const spec: ContractSpec = {
    extents: [batch, channels, ...axes.map(({ size }) => size), ...axes.map(({ length }) => length)],
    a: [
      ...[0, 1, 2, 3].map(plain),
      ...axes.map(({ dilation, before }, i) => ({
        terms: [{ label: 4 + i, coefficient: 1 }, { label: 2 + i, coefficient: -dilation }],
        offset: before,
      })),
    ],
    b: [],
    out: [0, 1, 4, 5],
  }; // prettier-ignore
  return apply('contract', [spread, constant(columns.home, 1, columns.dtype)], spec);
}
