/**
 * Makes one loop of two where every index walks through both in one stride: [n, m] laid out without gaps is one run
 * of n·m elements. Loops of one iteration vanish. Long inner loops are what vector instructions need.
 */

import type { IndexExpr } from '../index-expr/index-expr.ts';
import { ZERO, variable } from '../index-expr/index-expr.ts';
import { forEachKernelIndex, forEachStmt, statementsOf } from '../kernel/inspect.ts';
import type { AxisId, Kernel, Stmt } from '../kernel/kernel.ts';
import { rewriteAxes } from './rewrite-axes.ts';

export function collapseAxes<K extends Kernel>(kernel: K): K {
  const pairs = neighbours(kernel);
  /** Pairs that some index does not walk through in one stride. */
  const apart = new Set<AxisId>();
  const check = (index: IndexExpr): void => {
    const coefficient = new Map<AxisId, number>();
    for (const { atom, coefficient: c } of index.terms) {
      if (atom.kind === 'var') coefficient.set(atom.axis, c);
      else if (atom.kind !== 'value') check(atom.of);
    }
    for (const [outer, inner] of pairs) {
      const extent = kernel.axes[inner];
      const [a, b] = [coefficient.get(outer) ?? 0, coefficient.get(inner) ?? 0];
      if (typeof extent !== 'number' || a !== b * extent) apart.add(outer);
    }
  };
  if (pairs.size > 0) forEachKernelIndex(kernel, check);

  const extents = [...kernel.axes];
  const gone = new Set<AxisId>();
  const grown = new Set<AxisId>();
  for (const [outer, inner] of [...pairs].reverse()) {
    const [above, below] = [extents[outer], extents[lastOf(inner)]];
    if (apart.has(outer) || typeof above !== 'number' || typeof below !== 'number') continue;
    extents[lastOf(inner)] = above * below;
    grown.add(lastOf(inner));
    gone.add(outer);
  }
  function lastOf(axis: AxisId): AxisId {
    let last = axis;
    for (let next = pairs.get(last); gone.has(last) && next !== undefined; next = pairs.get(last))
      last = next;
    return last;
  }
  kernel.axes.forEach((extent, axis) => {
    // Nothing reads the variable of a loop of one iteration: it is the constant 0.
    if (extent === 1) gone.add(axis);
  });
  if (gone.size === 0) return kernel;
  return compact(
    rewriteAxes(kernel, {
      extents,
      index(axis) {
        if (gone.has(axis)) return ZERO;
        const extent = extents[axis];
        return grown.has(axis) && typeof extent === 'number' ? variable(axis, extent) : undefined;
      },
      replacements: (axis) => (gone.has(axis) ? [] : [axis]),
    }),
  );
}

/** For each axis, the one right inside it that could take it in: same order, nothing between the two loops. */
function neighbours(kernel: Kernel): Map<AxisId, AxisId> {
  const pairs = new Map<AxisId, AxisId>();
  const inList = (axes: readonly AxisId[]) => {
    for (let i = 1; i < axes.length; i++) pairs.set(axes[i - 1], axes[i]);
  };
  if (kernel.kind === 'contract') [kernel.batch, kernel.m, kernel.n, kernel.k].forEach(inList);
  if (kernel.kind === 'loop') {
    forEachStmt(kernel.body, (stmt) => {
      if (stmt.kind !== 'loop' || stmt.order === 'serial' || stmt.body.length !== 1) return;
      const [inner] = stmt.body;
      if (inner.kind === 'loop' && inner.order === stmt.order) pairs.set(stmt.axis, inner.axis);
    });
  }
  return pairs;
}

/** Numbers the axes that are still in use from 0. */
function compact<K extends Kernel>(kernel: K): K {
  const used: AxisId[] = [];
  const visit = (stmt: Stmt) => {
    if (stmt.kind === 'loop') used.push(stmt.axis);
  };
  if (kernel.kind === 'contract') used.push(...kernel.batch, ...kernel.m, ...kernel.n, ...kernel.k);
  forEachStmt(statementsOf(kernel), visit);
  const renamed = new Map(used.map((axis, i) => [axis, i]));
  return rewriteAxes(kernel, {
    extents: used.map((axis) => kernel.axes[axis]),
    index(axis) {
      const extent = kernel.axes[axis];
      return variable(renamed.get(axis) ?? axis, typeof extent === 'number' ? extent : extent.max);
    },
    replacements: (axis) => [renamed.get(axis) ?? axis],
  });
}
