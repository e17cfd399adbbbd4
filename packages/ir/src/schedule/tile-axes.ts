/**
 * Tiles nests in which one access walks along another loop than the innermost: a transposed read takes one element of a
 * cache line a row. The other loop is cut into tiles, and a tile's iterations go inside, so that the whole line is used
 * while it is there.
 */

import type { IndexExpr } from '../index-expr/index-expr.ts';
import { add, scale, variable } from '../index-expr/index-expr.ts';
import { forEachKernelIndex } from '../kernel/inspect.ts';
import type { AxisId, LoopKernel, Stmt } from '../kernel/kernel.ts';
import { rewriteAxes } from './rewrite-axes.ts';

/** Elements of a tile: those of a cache line of four-byte elements, or a divisor of the extent that comes near. */
const MOST = 16;
const LEAST = 4;
/** Shorter loops leave all lines in the cache. */
const LONG = 64;

export function tileAxes(kernel: LoopKernel): LoopKernel {
  const indices: IndexExpr[] = [];
  forEachKernelIndex(kernel, (index) => indices.push(index));
  return kernel.body.reduce((tiled, stmt) => {
    const across = acrossOf(nestOf(stmt), kernel, indices);
    return across === undefined ? tiled : tile(tiled, across.axis, across.size);
  }, kernel);
}

/** The axes of a nest of parallel loops around stores, outermost first. */
function nestOf(stmt: Stmt): AxisId[] {
  const axes: AxisId[] = [];
  for (let next = stmt; next.kind === 'loop' && next.order === 'parallel'; next = next.body[0]) {
    axes.push(next.axis);
    if (next.body.every(({ kind }) => kind === 'store')) return axes;
    if (next.body.length > 1) return [];
  }
  return [];
}

/** The loop along which an access moves by one element that jumps along the innermost one. */
function acrossOf(
  axes: readonly AxisId[],
  kernel: LoopKernel,
  indices: readonly IndexExpr[],
): { readonly axis: AxisId; readonly size: number } | undefined {
  const innermost = axes[axes.length - 1];
  for (const axis of axes.slice(0, -1)) {
    const [extent, inner] = [kernel.axes[axis], kernel.axes[innermost]];
    if (typeof extent !== 'number' || typeof inner !== 'number' || extent < LONG || inner < LONG) continue;
    const size = divisorOf(extent);
    const jumps = indices.some(
      (index) => strideOf(index, axis) === 1 && Math.abs(strideOf(index, innermost)) >= MOST,
    );
    if (size >= LEAST && jumps) return { axis, size };
  }
  return undefined;
}

function strideOf({ terms }: IndexExpr, axis: AxisId): number {
  return terms.find(({ atom }) => atom.kind === 'var' && atom.axis === axis)?.coefficient ?? 0;
}

function divisorOf(extent: number): number {
  let size = MOST;
  while (extent % size !== 0) size--;
  return size;
}

/** Cuts a loop into tiles and moves their iterations inside of everything. */
function tile(kernel: LoopKernel, axis: AxisId, size: number): LoopKernel {
  const extents = [...kernel.axes];
  const count = Number(extents[axis]) / size;
  const within = extents.push(size) - 1;
  extents[axis] = count;
  const cut = rewriteAxes(kernel, {
    extents,
    index: (old) =>
      old === axis ? add(scale(variable(axis, count), size), variable(within, size)) : undefined,
    replacements: (old) => [old],
  });
  const inside = (body: readonly Stmt[], beneath: boolean): readonly Stmt[] => {
    if (beneath && body.every(({ kind }) => kind === 'store'))
      return [{ kind: 'loop', axis: within, order: 'parallel', body }];
    return body.map((stmt) =>
      stmt.kind === 'loop' ? { ...stmt, body: inside(stmt.body, beneath || stmt.axis === axis) } : stmt,
    );
  };
  return { ...cut, body: inside(cut.body, false) };
}
