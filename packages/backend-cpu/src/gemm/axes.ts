/**
 * A tuple of loop axes seen as one linear index, outermost axis first, and affine maps over it. Neighbouring
 * axes that every map walks through in one stride become one axis, so that a contiguous tuple costs nothing.
 */

import { i32 } from '../wasm/index.ts';
import type { Expr, FunctionBuilder, Local } from '../wasm/index.ts';
import { greatest } from './spec.ts';
import type { Extent } from './spec.ts';

export interface Axis {
  readonly extent: Extent;
  /** The step of each map per index of this axis. */
  readonly steps: readonly number[];
}

/** Merges the axes as far as all maps allow. `maps[i]` holds the steps of map i, one per axis. */
export function mergeAxes(extents: readonly Extent[], maps: readonly (readonly number[])[]): Axis[] {
  const merged: Axis[] = [];
  extents.forEach((extent, position) => {
    if (extent === 1) return;
    const steps = maps.map((map) => map[position]);
    const outer = merged.at(-1);
    const fits =
      outer !== undefined &&
      typeof extent === 'number' &&
      outer.steps.every((step, map) => step === steps[map] * extent);
    if (fits) merged[merged.length - 1] = { extent: product(outer.extent, extent), steps };
    else merged.push({ extent, steps });
  });
  return merged;
}

function product(outer: Extent, inner: number): Extent {
  if (typeof outer === 'number') return outer * inner;
  return { max: outer.max * inner, value: (args) => i32.mul(outer.value(args), inner) };
}

export function extentValue(extent: Extent, args: Local<'i32'>): Expr<'i32'> {
  return typeof extent === 'number' ? i32.const(extent) : extent.value(args);
}

/** The number of values of the linear index, at most. */
export function greatestCount(extents: readonly Extent[]): number {
  return extents.reduce((count: number, extent) => count * greatest(extent), 1);
}

/** The number of values of the linear index. */
export function countOf(extents: readonly Extent[], args: Local<'i32'>): Expr<'i32'> {
  const fixed = extents.reduce(
    (count: number, extent) => (typeof extent === 'number' ? count * extent : count),
    1,
  );
  return extents.reduce(
    (count, extent) => (typeof extent === 'number' ? count : i32.mul(count, extent.value(args))),
    i32.const(fixed),
  );
}

/** The index along each axis of a linear index, outermost first. */
export function splitIndex(
  code: FunctionBuilder,
  axes: readonly Axis[],
  linear: Expr<'i32'>,
  args: Local<'i32'>,
): Local<'i32'>[] {
  let rest = code.let(linear);
  const indices: Local<'i32'>[] = [];
  for (let position = axes.length - 1; position > 0; position--) {
    const extent = code.let(extentValue(axes[position].extent, args));
    indices.unshift(code.let(i32.rem_u(rest, extent)));
    rest = code.let(i32.div_u(rest, extent));
  }
  if (axes.length > 0) indices.unshift(rest);
  return indices;
}

/** The value of one map at a linear index, times `scale`. */
export function mapAt(
  code: FunctionBuilder,
  axes: readonly Axis[],
  map: number,
  linear: Expr<'i32'>,
  scale: number,
  args: Local<'i32'>,
): Expr<'i32'> {
  if (axes.every((axis) => axis.steps[map] === 0)) return i32.const(0);
  const indices = splitIndex(code, axes, linear, args);
  return axes
    .map((axis, position) => i32.mul(indices[position], axis.steps[map] * scale))
    .reduce((sum, term) => i32.add(sum, term));
}
