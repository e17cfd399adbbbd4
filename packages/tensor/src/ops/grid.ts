/** Tensors brought to common shapes, and all combinations of their elements. */

import {
  ArgumentError,
  DTypeError,
  ShapeError,
  broadcastShapes as broadcastPair,
  formatShape,
} from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import { apply, commonDevice } from '../core/apply.ts';
import { castTo, expandTo, literal } from '../core/broadcast.ts';
import { composed } from '../core/cut.ts';
import { Tensor } from '../core/tensor.ts';
import { leafOf } from '../creation/options.ts';
import { asBytes } from '../data/typed-array.ts';
import { listOf } from './dims.ts';
import type { ShapeArgs } from './dims.ts';
import { cat, stack } from './join.ts';
import { accumulatorType, reduceAxes } from './reduce-axes.ts';
import { selectRows } from './select-rows.ts';
import { listed } from './stacking.ts';

export interface MeshgridOptions {
  /** `'ij'`: the first tensor runs along axis 0; `'xy'`: along axis 1, the second along axis 0. Default 'ij'. */
  readonly indexing?: 'ij' | 'xy';
}

/**
 * Of vectors `[n]`, `[m]`, … one tensor `[n, m, …]` each, which repeats it along the axes of the others. The tensors come
 * one by one or as a list, options last. As torch.meshgrid.
 * @throws ShapeError for tensors with more than one axis; DTypeError when dtypes differ.
 */
export function meshgrid(tensors: readonly Tensor[], options?: MeshgridOptions): Tensor[];
export function meshgrid(...tensors: readonly (Tensor | MeshgridOptions)[]): Tensor[];
export function meshgrid(
  ...args: readonly (Tensor | readonly Tensor[] | MeshgridOptions | undefined)[]
): Tensor[] {
  const tensors: Tensor[] = [];
  let options: MeshgridOptions = {};
  for (const arg of args) {
    if (arg instanceof Tensor) tensors.push(arg);
    else if (isList(arg)) tensors.push(...arg);
    else options = arg ?? {};
  }
  const { indexing = 'ij' } = options;
  if (indexing !== 'ij' && indexing !== 'xy')
    throw new ArgumentError(`meshgrid: indexing is '${String(indexing)}', expected 'ij' or 'xy'`);
  checkVectors('meshgrid', tensors);
  const swap = indexing === 'xy' && tensors.length > 1;
  const place = (i: number) => (swap && i < 2 ? 1 - i : i);
  const shape = tensors.map((_, i) => tensors[place(i)].numel);
  return composed(tensors[0], () =>
    tensors.map((tensor, i) => {
      const aligned = shape.map((size, axis) => (axis === place(i) ? size : 1));
      return expandTo(apply('reshape', [tensor], { shape: aligned }), shape);
    }),
  );
}

function isList(arg: readonly Tensor[] | MeshgridOptions | undefined): arg is readonly Tensor[] {
  return Array.isArray(arg);
}

function checkVectors(op: string, tensors: readonly Tensor[]): void {
  if (tensors.length === 0) throw new ArgumentError(`${op}: expected at least one tensor`);
  commonDevice(op, tensors);
  tensors.forEach(({ shape, dtype }, i) => {
    if (shape.length > 1)
      throw new ShapeError(`${op}: tensor ${i} has shape ${formatShape(shape)}, expected a vector`);
    if (dtype !== tensors[0].dtype)
      throw new DTypeError(
        `${op}: tensors 0 and ${i} are ${tensors[0].dtype} and ${dtype}, expected one dtype`,
      );
  });
}

/** All tuples with one element of each vector, a row each, the last running fastest. As torch.cartesian_prod. */
export function cartesianProd(...tensors: readonly Tensor[] | readonly [readonly Tensor[]]): Tensor {
  const vectors = listed(tensors);
  if (vectors.length === 1) return vectors[0];
  const grids = meshgrid(vectors).map((grid) => apply('reshape', [grid], { shape: [grid.numel] }));
  return composed(vectors[0], () => stack(grids, 1));
}

export interface CombinationsOptions {
  /** Whether an element may stand in a row more than once. Default false. */
  readonly withReplacement?: boolean;
}

/** All combinations of `r` elements of a vector, in order, one row each. As torch.combinations. */
export function combinations(
  self: Tensor,
  r = 2,
  { withReplacement = false }: CombinationsOptions = {},
): Tensor {
  if (self.ndim !== 1)
    throw new ShapeError(`combinations: expected a vector, got shape ${formatShape(self.shape)}`);
  if (!Number.isInteger(r) || r < 0)
    throw new ArgumentError(`combinations: r is ${r}, expected a whole number from 0`);
  if (r === 0) return apply('slice', [self], { start: [0], step: [1], shape: [0] });
  const positions = Int32Array.from(choices(self.numel, r, withReplacement));
  const index = leafOf(self.home, asBytes(positions), [positions.length], 'int32');
  return composed(self, () =>
    apply('reshape', [selectRows(self, 0, index)], { shape: [positions.length / r, r] }),
  );
}

/** The positions of all combinations, one after the other, in lexicographic order. */
function choices(count: number, r: number, withReplacement: boolean): number[] {
  const step = withReplacement ? 0 : 1;
  const chosen = Array.from({ length: r }, (_, i) => i * step);
  const found: number[] = [];
  const most = (place: number) => count - 1 - (r - 1 - place) * step;
  while (chosen.every((position, place) => position <= most(place))) {
    found.push(...chosen);
    let place = r - 1;
    while (place > 0 && chosen[place] === most(place)) place--;
    const next = chosen[place] + 1;
    for (let i = place; i < r; i++) chosen[i] = next + (i - place) * step;
  }
  return found;
}

/** All tensors expanded to the shape they broadcast to. As torch.broadcast_tensors. */
export function broadcastTensors(...tensors: readonly Tensor[] | readonly [readonly Tensor[]]): Tensor[] {
  const list = listed(tensors);
  const shape = broadcastShapes(...list.map((tensor) => tensor.shape));
  return list.map((tensor) => expandTo(tensor, shape));
}

/** The shape that all of these broadcast to; a number is a shape with one axis. As torch.broadcast_shapes. */
export function broadcastShapes(...shapes: readonly (Shape | number)[]): Shape {
  const list = shapes.map((shape) => (typeof shape === 'number' ? [shape] : shape));
  return list.reduce<Shape>((a, b) => broadcastPair('broadcastShapes', a, b), []);
}

/** Sums over the axes along which `size` broadcasts to the shape of the tensor. As torch.Tensor.sum_to_size. */
export function sumToSize(self: Tensor, ...size: ShapeArgs): Tensor {
  const shape = listOf(size);
  const missing = self.ndim - shape.length;
  const fits = missing >= 0 && shape.every((n, axis) => n === 1 || n === self.shape[axis + missing]);
  if (!fits) {
    throw new ShapeError(
      `sumToSize: ${formatShape(shape)} does not broadcast to ${formatShape(self.shape)}, the shape of the tensor`,
    );
  }
  const axes = self.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < missing || (shape[axis - missing] === 1 && self.shape[axis] !== 1));
  if (axes.length === 0 && shape.length > 0) return self;
  return composed(self, () => {
    const total = reduceAxes('sum', castTo(self, accumulatorType(self.dtype)), axes);
    return apply('reshape', [total], { shape });
  });
}

export interface VanderOptions {
  /** Powers from 0 upwards rather than down to 0. Default false. */
  readonly increasing?: boolean;
}

/** A row of `N` powers, as many as elements unless given, of each element of a vector. As torch.vander. */
export function vander(x: Tensor, N?: number, { increasing = false }: VanderOptions = {}): Tensor {
  const count = N ?? x.numel;
  if (x.ndim !== 1) throw new ShapeError(`vander: expected a vector, got shape ${formatShape(x.shape)}`);
  if (!Number.isInteger(count) || count < 0)
    throw new ArgumentError(`vander: N is ${count}, expected a whole number from 0`);
  return composed(x, () => {
    const column = apply('reshape', [castTo(x, accumulatorType(x.dtype))], { shape: [x.numel, 1] });
    if (count === 0) return expandTo(column, [x.numel, 0]);
    const factors = expandTo(column, [x.numel, count - 1]);
    const scanned = count === 1 ? [] : [apply('scan', [factors], { kind: 'prod', axis: 1 })];
    const powers = cat([literal(column, 1), ...scanned], 1);
    return increasing ? powers : apply('flip', [powers], { axes: [1] });
  });
}
