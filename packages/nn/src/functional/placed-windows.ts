/**
 * The maxima of windows that lie anywhere: their beginnings along each axis are numbers in a tensor, as for adaptive
 * pooling, whose windows differ in size, and fractional pooling, whose windows begin at random.
 */

import { numel } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { customGrad } from '@tenfold/tensor/base';
import { apply, expandTo, source } from '@tenfold/tensor/internal';
import { flatIndex, scatterToSpace, unravelled } from './flat-index.ts';

/** Windows along one axis. */
export interface PlacedWindows {
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
  const sizes = axes.map(({ size }) => size);
  const windows = [...input.shape.slice(0, 2), ...countsOf(axes)];
  const shape = [...windows, ...sizes];
  const along = axes.map(({ starts, ends }, i) => {
    const step = source(input.home, 'iota', { shape, axis: windows.length + i });
    const position = apply('add', [alongWindows(starts, i, shape), step], undefined);
    return ends ? apply('min', [position, alongWindows(ends, i, shape)], undefined) : position;
  });
  const index = flatIndex(along, input.shape.slice(2)).flatten(2);
  const elements = apply('gather', [input.flatten(2), index], { axis: 2 });
  return elements.reshape([...windows, numel(sizes)]);
}

/** Numbers `[count]` or `[N, C, count]` of windows along the spatial axis `i`, expanded to a shape that begins `[N, C, ...counts]`. */
function alongWindows(x: Tensor, i: number, shape: readonly number[]): Tensor {
  const leading = x.ndim === 3 ? x.shape.slice(0, 2) : [1, 1];
  const space = shape.slice(2).map((_, axis) => (axis === i ? x.shape[x.ndim - 1] : 1));
  return expandTo(x.reshape([...leading, ...space]), shape);
}

function chosenPositions(input: Tensor, axes: readonly PlacedWindows[]): Tensor {
  const chosen = apply('reduce', [elementsOf(input, axes)], { kind: 'argmax', axes: [input.ndim] });
  const steps = unravelled(chosen, axes.map(({ size }) => size)); // prettier-ignore
  const along = axes.map(({ starts }, i) => alongWindows(starts, i, chosen.shape).add(steps[i]));
  return flatIndex(along, input.shape.slice(2));
}
