/**
 * Orders nested loops so that the innermost one walks through memory element by element. Of a nest of independent
 * loops, the one along which most accesses have unit stride goes inside; the others keep their order.
 */

import type { IndexExpr } from '../index-expr/index-expr.ts';
import { forEachStmt } from '../kernel/inspect.ts';
import type { AxisId, LoopKernel, Stmt } from '../kernel/kernel.ts';

type Loop = Extract<Stmt, { kind: 'loop' }>;

export function orderAxes(kernel: LoopKernel): LoopKernel {
  // Guards touch no memory.
  const indices: IndexExpr[] = [];
  for (const value of kernel.values) if (value.op === 'load') indices.push(value.index);
  forEachStmt(kernel.body, (stmt) => {
    if (stmt.kind === 'store') indices.push(stmt.index);
  });
  const body = kernel.body.map((stmt) => ordered(stmt, kernel, indices));
  return body.every((stmt, i) => stmt === kernel.body[i]) ? kernel : { ...kernel, body };
}

function ordered(stmt: Stmt, kernel: LoopKernel, indices: readonly IndexExpr[]): Stmt {
  if (stmt.kind !== 'loop') return stmt;
  const nest = nestOf(stmt);
  const innermost = nest[nest.length - 1];
  const inner = innermost.body.map((one) => ordered(one, kernel, indices));
  const axes = nest.map(({ axis }) => axis);
  // With loops inside, it is theirs to walk through memory.
  const best =
    inner.some((one) => one.kind === 'loop') || stmt.order === 'serial'
      ? innermost.axis
      : bestInside(axes, kernel, indices);
  const next = [...axes.filter((axis) => axis !== best), best];
  if (next.every((axis, i) => axis === axes[i]) && inner.every((one, i) => one === innermost.body[i]))
    return stmt;
  const [whole] = next.reduceRight<readonly Stmt[]>((body, axis) => [{ ...stmt, axis, body }], inner);
  return whole;
}

/** A loop and those that stand alone inside it, of the same order. */
function nestOf(loop: Loop): Loop[] {
  const nest = [loop];
  for (
    let [next] = loop.body;
    nest[nest.length - 1].body.length === 1 && next.kind === 'loop' && next.order === loop.order;
    [next] = next.body
  ) {
    nest.push(next);
  }
  return nest;
}

function bestInside(axes: readonly AxisId[], kernel: LoopKernel, indices: readonly IndexExpr[]): AxisId {
  let best = axes[axes.length - 1];
  let bestScore = score(best, kernel, indices);
  for (const axis of axes) {
    const s = score(axis, kernel, indices);
    if (s > bestScore) [best, bestScore] = [axis, s];
  }
  return best;
}

/** How many accesses move by one element along an axis; those that do not move at all count a little. */
function score(axis: AxisId, kernel: LoopKernel, indices: readonly IndexExpr[]): number {
  if (kernel.axes[axis] === 1) return -1;
  let sum = 0;
  for (const { terms } of indices) {
    const term = terms.find(({ atom }) => atom.kind === 'var' && atom.axis === axis);
    if (term && Math.abs(term.coefficient) === 1) sum += 1;
    else if (!term) sum += 0.25;
  }
  return sum;
}
