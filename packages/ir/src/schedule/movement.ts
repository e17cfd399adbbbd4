/**
 * How a movement operation reads its input: coordinates into its output become coordinates into its input. Nothing is
 * copied; a view is only ever another index expression. Padding adds guards that say where its input is read at all.
 */

import { unreachable } from '../errors.ts';
import type { OpAttrs, OpName } from '../graph/ops.ts';
import type { IndexExpr } from '../index-expr/index-expr.ts';
import { ZERO, add, div, mod, offset, scale } from '../index-expr/index-expr.ts';
import type { Guard } from '../kernel/kernel.ts';
import type { SliceNode } from '../run/slice.ts';
import { contiguousStrides } from '../shape.ts';
import type { Shape } from '../shape.ts';

/** A point of an array's index space, one expression for each dimension. */
export type Point = readonly IndexExpr[];

/** The flat row-major position of a point. */
export function flatten(at: Point, shape: Shape): IndexExpr {
  let flat = ZERO;
  const strides = contiguousStrides(shape);
  for (let axis = 0; axis < shape.length; axis++) flat = add(flat, scale(at[axis], strides[axis]));
  return flat;
}

/** The point at a flat row-major position. */
export function unflatten(flat: IndexExpr, shape: Shape): IndexExpr[] {
  const strides = contiguousStrides(shape);
  return shape.map((size, axis) => {
    if (size === 1) return ZERO;
    const above = div(flat, strides[axis]);
    return shape.slice(0, axis).every((n) => n === 1) ? above : mod(above, size);
  });
}

/**
 * The point of `from` with the row-major position of `at` in `to`. Runs of dimensions that hold equally many elements
 * in both shapes are translated one by one, so that only what is really regrouped is divided.
 */
function throughReshape(at: Point, to: Shape, from: Shape): IndexExpr[] {
  const point: IndexExpr[] = [];
  let i = 0;
  let j = 0;
  while (i < to.length || j < from.length) {
    const [firstTo, firstFrom] = [i, j];
    let outer = i < to.length ? to[i++] : 1;
    let inner = j < from.length ? from[j++] : 1;
    while (outer !== inner) {
      if (outer < inner) outer *= to[i++];
      else inner *= from[j++];
    }
    // Dimensions of size 1 join the run before them.
    while (i < to.length && to[i] === 1) i++;
    while (j < from.length && from[j] === 1) j++;
    const [toRun, fromRun] = [to.slice(firstTo, i), from.slice(firstFrom, j)];
    point.push(...unflatten(flatten(at.slice(firstTo, i), toRun), fromRun));
  }
  return point;
}

function throughWindow(at: Point, { axes, stride, dilation }: OpAttrs['window'], rank: number): IndexExpr[] {
  return at.slice(0, rank).map((position, axis) => {
    const i = axes.indexOf(axis);
    return i < 0 ? position : add(scale(position, stride[i]), scale(at[rank + i], dilation[i]));
  });
}

type Movement = 'reshape' | 'permute' | 'expand' | 'slice' | 'flip' | 'window';

type Translate = {
  readonly [K in Movement]: (at: Point, attrs: OpAttrs[K], to: Shape, from: Shape) => Point;
};

const TRANSLATE: Translate = {
  reshape: (at, _, to, from) => throughReshape(at, to, from),
  permute: (at, { axes }) => axes.map((_, axis) => at[axes.indexOf(axis)]),
  expand: (at, _, to, from) =>
    at.slice(to.length - from.length).map((i, axis) => (from[axis] === 1 ? ZERO : i)),
  slice: (at, { start, step }) => at.map((i, axis) => offset(scale(i, step[axis]), start[axis])),
  flip: (at, { axes }, _, from) =>
    at.map((i, axis) => (axes.includes(axis) ? offset(scale(i, -1), from[axis] - 1) : i)),
  window: (at, attrs, _, from) => throughWindow(at, attrs, from.length),
};

/** Whether a node's value is its first input's, read at other coordinates (padding is more than that). */
export function isView(op: OpName): op is Movement {
  return Object.hasOwn(TRANSLATE, op);
}

/** Where a view reads its input (a slice's run-time offset is added by the caller). */
export function viewedPoint(node: SliceNode, input: SliceNode, at: Point): Point {
  if (!isView(node.op)) unreachable(`${node.op} is not a view`);
  const translate = TRANSLATE[node.op] as (
    at: Point,
    attrs: OpAttrs[OpName],
    to: Shape,
    from: Shape,
  ) => Point;
  return translate(at, node.attrs, node.shape, input.shape);
}

/** Where a padded array reads its input, and the guards under which it does. */
export function paddedPoint(
  { lo, hi, interior }: OpAttrs['pad'],
  from: Shape,
  at: Point,
): { readonly point: Point; readonly guards: readonly Guard[] } {
  const guards: Guard[] = [];
  const point = at.map((i, axis) => {
    const size = from[axis];
    const moved = offset(i, -lo[axis]);
    const step = interior[axis] + 1;
    if (step > 1 && size > 1) {
      guards.push({ index: mod(moved, step), lo: 0, hi: 1 });
      const inner = div(moved, step);
      guards.push({ index: inner, lo: 0, hi: size });
      return inner;
    }
    if (lo[axis] > 0 || hi[axis] > 0) guards.push({ index: moved, lo: 0, hi: size });
    return moved;
  });
  return { point, guards };
}
