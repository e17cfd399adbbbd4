/**
 * Max pooling over windows of one size that begin at pseudo-random places (Graham, https://arxiv.org/abs/1412.6071), in
 * two and three dimensions.
 */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { floor, rand, select } from '@tenfold/tensor/base';
import { apply, castTo, composed, expandTo, literal, source } from '@tenfold/tensor/internal';
import { requireFloat, requireShape, sizesOf } from './checks.ts';
import type { Sizes } from './checks.ts';
import { maybeIndexed } from './max-pooling.ts';
import type { IndexOptions, MaybeIndexed } from './max-pooling.ts';
import { placedMaxima } from './placed-windows.ts';
import type { PlacedWindows } from './placed-windows.ts';
import { asBatch, requireSpatial } from './spatial.ts';

export interface FractionalMaxPoolOptions<R extends boolean = boolean> extends IndexOptions<R> {
  /** The size of the result; this or `outputRatio`. */
  readonly outputSize?: Sizes | null;
  /** The size of the result as a share of the input's, one number or one for each axis, between 0 and 1. */
  readonly outputRatio?: number | readonly number[] | null;
  /** Where windows begin: numbers from 0 to 1, `[N, C, axes]`. Default: random ones. */
  readonly _randomSamples?: Tensor | null;
}

/** Fractional max pooling of `[N, C, H, W]` or `[C, H, W]`, as torch.nn.functional.fractional_max_pool2d. */
export function fractionalMaxPool2d<R extends boolean = false>(
  input: Tensor,
  kernelSize: Sizes,
  options: FractionalMaxPoolOptions<R> = {},
): MaybeIndexed<R> {
  return fractionalMaxPool('fractionalMaxPool2d', 2, input, kernelSize, options);
}

/** Fractional max pooling of `[N, C, D, H, W]` or `[C, D, H, W]`, as torch.nn.functional.fractional_max_pool3d. */
export function fractionalMaxPool3d<R extends boolean = false>(
  input: Tensor,
  kernelSize: Sizes,
  options: FractionalMaxPoolOptions<R> = {},
): MaybeIndexed<R> {
  return fractionalMaxPool('fractionalMaxPool3d', 3, input, kernelSize, options);
}

function fractionalMaxPool<R extends boolean>(
  op: string,
  rank: number,
  input: Tensor,
  kernelSize: Sizes,
  { outputSize = null, outputRatio = null, _randomSamples = null, returnIndices }: FractionalMaxPoolOptions<R>,
): MaybeIndexed<R> {
  requireFloat(op, 'input', input);
  requireSpatial(op, rank, input);
  const windows = sizesOf(op, 'the window', kernelSize, rank, 1);
  const lengths = input.shape.slice(-rank);
  const counts = resultSizes(op, lengths, outputSize, outputRatio);
  counts.forEach((count, i) => {
    if (count + windows[i] - 1 <= lengths[i]) return;
    throw new ShapeError(
      `${op}: ${count} windows of ${windows[i]} do not fit into ${lengths[i]}, a size of the input ${formatShape(input.shape)}`,
    );
  });
  const [batch, channels] = input.ndim === rank + 2 ? input.shape : [1, input.shape[0]];
  const shape = [batch, channels, rank];
  if (_randomSamples) requireShape(op, 'tensor _randomSamples', _randomSamples, shape);
  const samples = _randomSamples ?? rand(shape, { dtype: input.dtype, device: input.device });
  const placed = (x: Tensor) =>
    // In two dimensions the samples list the last axis first, as PyTorch's do.
    placedMaxima(x, lengths.map((length, i) => randomWindows(length, windows[i], counts[i], select(samples, 2, rank === 2 ? 1 - i : i))));
  return maybeIndexed(
    returnIndices,
    () => composed(input, () => asBatch(rank, input, (x) => placed(x).values())),
    () => composed(input, () => asBatch(rank, input, (x) => castTo(placed(x).indices(), 'int64'))),
  );
} // prettier-ignore

function resultSizes(
  op: string,
  lengths: readonly number[],
  outputSize: Sizes | null,
  outputRatio: number | readonly number[] | null,
): number[] {
  const rank = lengths.length;
  if ((outputSize === null) === (outputRatio === null)) {
    throw new ArgumentError(`${op}: give either outputSize or outputRatio`);
  }
  if (outputSize !== null) return sizesOf(op, 'outputSize', outputSize, rank, 1);
  const ratios = typeof outputRatio === 'number' ? lengths.map(() => outputRatio) : (outputRatio ?? []);
  if (ratios.length === rank && ratios.every((ratio) => ratio > 0 && ratio < 1)) {
    return lengths.map((length, i) => Math.trunc(length * ratios[i]));
  }
  throw new ArgumentError(
    `${op}: outputRatio is ${JSON.stringify(outputRatio)}, expected numbers between 0 and 1, one or ${rank} of them`,
  );
}

/** Window i begins at floor((i + u) · α) - floor(u · α), α = (length - size) / (count - 1); the last one ends the axis. */
function randomWindows(length: number, size: number, count: number, samples: Tensor): PlacedWindows {
  const shape = [...samples.shape, count];
  const u = expandTo(samples.unsqueeze(-1), shape);
  const alpha = literal(u, count > 1 ? (length - size) / (count - 1) : 0);
  const number = source(samples.home, 'iota', { shape, axis: 2 });
  const whole = (x: Tensor) => castTo(floor(x), 'int32');
  const starts = whole(castTo(number, u.dtype).add(u).mul(alpha)).sub(whole(u.mul(alpha)));
  const isLast = apply('eq', [number, literal(number, count - 1)], undefined);
  return {
    size,
    starts: apply('where', [isLast, literal(starts, length - size), starts], undefined),
  };
}
