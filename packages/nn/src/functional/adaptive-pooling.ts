/**
 * Adaptive pooling: windows follow from the size of the result, from floor(i · length / size) to
 * ceil((i + 1) · length / size). Where the length divides they are the windows of ordinary pooling.
 */

import { ArgumentError } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { fromBuffer } from '@tenfold/tensor/base';
import { castTo, composed } from '@tenfold/tensor/internal';
import { requireFloat } from './checks.ts';
import { maxima, maxPoolIndices, maybeIndexed } from './max-pooling.ts';
import type { IndexOptions, MaybeIndexed } from './max-pooling.ts';
import { placedMaxima } from './placed-windows.ts';
import type { PlacedWindows } from './placed-windows.ts';
import { bandOf, resample } from './resample.ts';
import { asBatch, requireSpatial } from './spatial.ts';
import { windowsOf } from './windows.ts';
import type { WindowAxis } from './windows.ts';

/** One size for all spatial axes, or one for each; null keeps that of the input. */
export type OutputSizes = number | null | readonly (number | null)[];

/** The means of `outputSize` windows of `[N, C, L]` or `[C, L]`, as torch.nn.functional.adaptive_avg_pool1d. */
export function adaptiveAvgPool1d(input: Tensor, outputSize: OutputSizes): Tensor {
  return adaptiveAvgPool('adaptiveAvgPool1d', 1, input, outputSize);
}

/** The means of windows of `[N, C, H, W]` or `[C, H, W]`, as torch.nn.functional.adaptive_avg_pool2d. */
export function adaptiveAvgPool2d(input: Tensor, outputSize: OutputSizes): Tensor {
  return adaptiveAvgPool('adaptiveAvgPool2d', 2, input, outputSize);
}

/** The means of windows of `[N, C, D, H, W]` or `[C, D, H, W]`, as torch.nn.functional.adaptive_avg_pool3d. */
export function adaptiveAvgPool3d(input: Tensor, outputSize: OutputSizes): Tensor {
  return adaptiveAvgPool('adaptiveAvgPool3d', 3, input, outputSize);
}

/** Adaptive average pooling over the last `rank` axes. */
export function adaptiveAvgPool(op: string, rank: number, input: Tensor, outputSize: OutputSizes): Tensor {
  requireFloat(op, 'input', input);
  requireSpatial(op, rank, input);
  const lengths = input.shape.slice(-rank);
  const sizes = outputSizes(op, lengths, outputSize);
  return composed(input, () => {
    const axes = evenWindows(lengths, sizes);
    if (axes) {
      const elements = axes.map((_, i) => input.ndim + i);
      return windowsOf(input, axes).mean(elements);
    }
    return resample(input, lengths.map((length, i) => {
      const weight = (o: number) => 1 / (last(length, sizes[i], o) + 1 - first(length, sizes[i], o));
      return bandOf(length, sizes[i], (o) => elementsOf(length, sizes[i], o).map((at) => [at, weight(o)]));
    }));
  }); // prettier-ignore
}

/**
 * The maxima of `outputSize` windows of `[N, C, L]` or `[C, L]`, as torch.nn.functional.adaptive_max_pool1d. With
 * `returnIndices` also their positions.
 */
export function adaptiveMaxPool1d<R extends boolean = false>(
  input: Tensor,
  outputSize: OutputSizes,
  options: IndexOptions<R> = {},
): MaybeIndexed<R> {
  return adaptiveMaxPool('adaptiveMaxPool1d', 1, input, outputSize, options);
}

/** The maxima of windows of `[N, C, H, W]` or `[C, H, W]`, as torch.nn.functional.adaptive_max_pool2d. */
export function adaptiveMaxPool2d<R extends boolean = false>(
  input: Tensor,
  outputSize: OutputSizes,
  options: IndexOptions<R> = {},
): MaybeIndexed<R> {
  return adaptiveMaxPool('adaptiveMaxPool2d', 2, input, outputSize, options);
}

/** The maxima of windows of `[N, C, D, H, W]` or `[C, D, H, W]`, as torch.nn.functional.adaptive_max_pool3d. */
export function adaptiveMaxPool3d<R extends boolean = false>(
  input: Tensor,
  outputSize: OutputSizes,
  options: IndexOptions<R> = {},
): MaybeIndexed<R> {
  return adaptiveMaxPool('adaptiveMaxPool3d', 3, input, outputSize, options);
}

function adaptiveMaxPool<R extends boolean>(
  op: string,
  rank: number,
  input: Tensor,
  outputSize: OutputSizes,
  { returnIndices }: IndexOptions<R>,
): MaybeIndexed<R> {
  requireFloat(op, 'input', input);
  requireSpatial(op, rank, input);
  const lengths = input.shape.slice(-rank);
  const sizes = outputSizes(op, lengths, outputSize);
  const even = evenWindows(lengths, sizes);
  if (even) {
    return maybeIndexed(
      returnIndices,
      () => composed(input, () => maxima(input, even)),
      () => composed(input, () => maxPoolIndices(input, even)),
    );
  }
  const placed = (batch: Tensor) => {
    const axes = lengths.map((length, i) => placedWindows(length, sizes[i], batch.device));
    return placedMaxima(batch, axes);
  };
  return maybeIndexed(
    returnIndices,
    () => composed(input, () => asBatch(rank, input, (x) => placed(x).values())),
    () => composed(input, () => asBatch(rank, input, (x) => castTo(placed(x).indices(), 'int64'))),
  );
}

function outputSizes(op: string, lengths: readonly number[], outputSize: OutputSizes): number[] {
  const list = typeof outputSize === 'object' && outputSize !== null ? outputSize : [outputSize];
  const wanted = list.length === 1 ? lengths.map(() => list[0]) : list;
  const sizes = wanted.map((size, i) => size ?? lengths[i]);
  if (sizes.length === lengths.length && sizes.every((n) => Number.isInteger(n) && n >= 0)) return sizes;
  throw new ArgumentError(
    `${op}: outputSize is ${JSON.stringify(outputSize)}, expected a whole number or null, or ${lengths.length} of them`,
  );
}

function first(length: number, size: number, o: number): number {
  return Math.floor((o * length) / size);
}

function last(length: number, size: number, o: number): number {
  return Math.ceil(((o + 1) * length) / size) - 1;
}

function elementsOf(length: number, size: number, o: number): number[] {
  const start = first(length, size, o);
  return Array.from({ length: last(length, size, o) + 1 - start }, (_, i) => start + i);
}

/** The windows of ordinary pooling, where all lengths divide. */
function evenWindows(lengths: readonly number[], sizes: readonly number[]): WindowAxis[] | undefined {
  if (lengths.some((length, i) => sizes[i] === 0 || length % sizes[i] !== 0)) return undefined;
  return lengths.map((length, i) => {
    const size = length / sizes[i];
    return { length, size, stride: size, dilation: 1, before: 0, after: 0, count: sizes[i] };
  });
}

function placedWindows(length: number, size: number, device: string): PlacedWindows {
  const numbers = (at: (o: number) => number) =>
    fromBuffer(
      Int32Array.from({ length: size }, (_, o) => at(o)),
      size,
      { device },
    );
  const spans = Array.from({ length: size }, (_, o) => last(length, size, o) + 1 - first(length, size, o));
  return {
    size: Math.max(...spans, 1),
    starts: numbers((o) => first(length, size, o)),
    ends: numbers((o) => last(length, size, o)),
  };
}
