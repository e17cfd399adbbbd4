/** What of a kernel is not done in vectors: loops that take one element at a time, and accesses lane by lane. */

import { dependenciesOf, statementsIn, valuesNeeded, unifyLoops } from '@tenfold/ir';
import type { IndexExpr, LoopKernel, LoopStmt, Stmt } from '@tenfold/ir';
import { accessOf } from '../../src/codegen/cost.ts';
import { maxExtent, planLoops } from '../../src/codegen/loop-plan.ts';

/** Each as a few words; none if all of it is vectors, apart from the ends of loops. */
export function scalarParts(original: LoopKernel): string[] {
  const kernel = unifyLoops(original);
  const dependencies = dependenciesOf(kernel.values);
  const { units } = planLoops(kernel, dependencies);
  const found: string[] = [];

  const lanes = (what: string, index: IndexExpr, loop: LoopStmt): void => {
    const access = accessOf(index, loop.axis, dependencies);
    if (access === 'strided' || access === 'computed') found.push(`${what} ${access}`);
  };
  const inVectors = (loop: LoopStmt): void => {
    for (const id of valuesNeeded(loop.body, kernel.values)) {
      const value = kernel.values[id];
      if (value.op === 'load') lanes('load', value.index, loop);
    }
    for (const stmt of statementsIn(loop.body)) {
      if (stmt.kind !== 'store') continue;
      if (stmt.combine && accessOf(stmt.index, loop.axis, dependencies) !== 'consecutive')
        found.push('combining store');
      else lanes('store', stmt.index, loop);
    }
  };
  const visit = (body: readonly Stmt[]): void => {
    for (const stmt of body) {
      if (stmt.kind !== 'loop') continue;
      const innermost = stmt.body.every(({ kind }) => kind !== 'loop');
      if (units.has(stmt)) inVectors(stmt);
      else if (innermost && maxExtent(kernel, stmt.axis) > 1) found.push(`${stmt.order} loop of scalars`);
      else visit(stmt.body);
    }
  };
  visit(kernel.body);
  return [...new Set(found)];
}
