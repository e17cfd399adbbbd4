/**
 * The maxima of windows that lie anywhere: their beginnings along each axis are numbers in a tensor, as for adaptive
 * pooling, whose windows differ in size, and fractional pooling, whose windows begin at random.
 */

import type { Tensor } from '@tenfold/tensor/base';
import { customGrad } from '@tenfold/tensor/base';
import { apply, castTo, expandTo, literal, source } from '@tenfold/tensor/internal';
import { flatPosition, scatterToSpace } from './max-pooling.ts';

/** Windows along one axis. */
export interface PlacedWindows {
  /** Of the axis. */
  readonly length: number;
  /** Of the largest window. */
  readonly size: number;
  /** Where each window begins (int32), `[count]` or `[N, C, count]`. */
  readonly starts: Tensor;
  /** The last element of each window (int32, as `starts`), where some are smaller than `size`. */
  readonly ends?: Tensor;
}

/** The maxima of `[N, C, ...space]` over windows, and their flat positions in space (int32). */
export interface PlacedMaxima {
  values(): Tensor;
  indices(): Tensor;
}

export function placedMaxima(input: Tensor, axes: readonly PlacedWindows[]): PlacedMaxima {
  const positions = () => chosenPositions(input.detach(), axes);
  return {
    values: () =>
      customGrad(
        [input],
        () => apply('reduce', [elementsOf(input, axes)], { kind: 'max', axes: [input.ndim] }),
        (gradient) => [scatterToSpace(gradient, positions(), input.shape.slice(2))],
      ),
    indices: positions,
  };
}

function countsOf(axes: readonly PlacedWindows[]): number[] {
  return axes.map(({ starts }) => starts.shape[starts.ndim - 1]);
}

/** The elements of each window, `[N, C, ...positions, elements]`; a small window repeats its last element. */
function elementsOf(input: Tensor, axes: readonly PlacedWindows[]): Tensor {
  const [batch, channels, ...lengths] = input.shape;
  const counts = countsOf(axes);
  const sizes = axes.map(({ size }) => size);
  const shape = [batch, channels, ...counts, ...sizes];
  let pitch = 1;
  let index: Tensor | undefined;
  for (const [i, { length, starts, ends }] of [...axes.entries()].reverse()) {
    const step = source(input.home, 'iota', { shape, axis: 2 + axes.length + i });
    const from = (x: Tensor) => expandTo(aligned(x, i, counts.length, sizes.length), shape);
    const at = apply('add', [from(starts), step], undefined);
    const inside = ends ? apply('min', [at, from(ends)], undefined) : at;
    const part = apply('mul', [inside, literal(inside, pitch)], undefined);
    index = index ? apply('add', [index, part], undefined) : part;
    pitch *= length;
  }
  const elements = sizes.reduce((product, size) => product * size, 1);
  const flat = input.reshape([batch, channels, lengths.reduce((product, length) => product * length, 1)]);
  const positions = index ? index.flatten(2) : castTo(flat, 'int32');
  return apply('gather', [flat, positions], { axis: 2 }).reshape([batch, channels, ...counts, elements]);
}

/** A tensor `[count]` or `[N, C, count]` with its last axis at that of window positions `i`. */
function aligned(x: Tensor, i: number, rank: number, trailing: number): Tensor {
  const count = x.shape[x.ndim - 1];
  const leading = x.ndim === 3 ? x.shape.slice(0, 2) : [1, 1];
  const places = Array.from({ length: rank + trailing }, (_, place) => (place === i ? count : 1));
  return x.reshape([...leading, ...places]);
}

function chosenPositions(input: Tensor, axes: readonly PlacedWindows[]): Tensor {
  const chosen = apply('reduce', [elementsOf(input, axes)], { kind: 'argmax', axes: [input.ndim] });
  return flatPosition(chosen, axes.map(({ length, size, starts }, i) => ({
    length,
    size,
    at: (step: Tensor) => apply('add', [expandTo(aligned(starts, i, axes.length, 0), chosen.shape), step], undefined),
  })));
} // prettier-ignore
