/** A kernel with other loop variables: each old axis is an expression over new ones, and takes the place of their loops. */

import type { IndexExpr } from '../index-expr/index-expr.ts';
import type { AxisId, Extent, Guard, Kernel, Stmt, ValueId } from '../kernel/kernel.ts';
import { usefulGuards } from '../kernel/inspect.ts';
import { unreachable } from '../errors.ts';
import { ValueTable, copyValues } from './value-table.ts';

export interface AxisRewrite {
  readonly extents: readonly Extent[];
  /** What an old axis is; undefined leaves its number. */
  index(axis: AxisId): IndexExpr | undefined;
  /** The new axes that stand in the place of an old one, outermost first; none if another axis took it in. */
  replacements(axis: AxisId): readonly AxisId[];
}

export function rewriteAxes<K extends Kernel>(kernel: K, rewrite: AxisRewrite): K {
  const table = new ValueTable();
  const { ids, index } = copyValues(kernel.values, table, {
    axis: (axis) => rewrite.index(axis),
    load: (load, into) => into.add(load),
  });
  const guarded = (guards: readonly Guard[]) =>
    usefulGuards(guards.map(({ index: at, lo, hi }) => ({ index: index(at), lo, hi }))) ??
    unreachable('a store that never happens');
  const value = (id: ValueId) => ids[id];
  const statements = (body: readonly Stmt[]): readonly Stmt[] => body.flatMap(statement);
  const statement = (stmt: Stmt): readonly Stmt[] => {
    switch (stmt.kind) {
      case 'loop':
        return rewrite
          .replacements(stmt.axis)
          .reduceRight((body, axis): readonly Stmt[] => [{ ...stmt, axis, body }], statements(stmt.body));
      case 'init':
        return [stmt];
      case 'accumulate': {
        const moved = { ...stmt, value: value(stmt.value) };
        return [stmt.position === undefined ? moved : { ...moved, position: value(stmt.position) }];
      }
      case 'store':
        return [
          { ...stmt, index: index(stmt.index), guards: guarded(stmt.guards), value: value(stmt.value) },
        ];
    }
  };
  const list = (axes: readonly AxisId[]) => axes.flatMap((axis) => rewrite.replacements(axis));
  const shared = { values: table.values, axes: rewrite.extents };
  switch (kernel.kind) {
    case 'loop':
      return { ...kernel, ...shared, body: statements(kernel.body) };
    case 'contract': {
      const { batch, m, n, k, a, b, epilogue } = kernel;
      const lists = { batch: list(batch), m: list(m), n: list(n), k: list(k) };
      return { ...kernel, ...shared, ...lists, a: value(a), b: value(b), epilogue: statements(epilogue) };
    }
    default:
      return kernel;
  }
}
