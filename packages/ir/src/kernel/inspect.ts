/** Walks over the parts of a kernel: what a value or a statement reads, and which statements a body holds. */

import type { IndexExpr } from '../index-expr/index-expr.ts';
import { forEachAtom } from '../index-expr/index-expr.ts';
import type { AxisId, Guard, Kernel, Operand, Stmt, Value, ValueId } from './kernel.ts';

/** Calls `visit` for each index expression that a value or statement holds by itself. */
export function forEachIndex(part: Value | Stmt, visit: (index: IndexExpr) => void): void {
  if ('index' in part) visit(part.index);
  if ('guards' in part) for (const guard of part.guards) visit(guard.index);
}

/** Calls `visit` for each value that an index expression is computed from. */
export function forEachComputed(index: IndexExpr, visit: (value: ValueId) => void): void {
  forEachAtom(index, (atom) => {
    if (atom.kind === 'value') visit(atom.value);
  });
}

/** Calls `visit` for each loop variable in an index expression. */
export function forEachAxis(index: IndexExpr, visit: (axis: AxisId) => void): void {
  forEachAtom(index, (atom) => {
    if (atom.kind === 'var') visit(atom.axis);
  });
}

/** Calls `visit` for each value that another one reads: its inputs, and those its indices are computed from. */
export function forEachInput(value: Value, visit: (value: ValueId) => void): void {
  if ('inputs' in value) for (const input of value.inputs) visit(input);
  forEachIndex(value, (index) => forEachComputed(index, visit));
}

/** The loop variables that a value depends on. */
export function axesBeneath(values: readonly Value[], id: ValueId): ReadonlySet<AxisId> {
  const axes = new Set<AxisId>();
  const seen = new Set<ValueId>([id]);
  for (const at of seen) {
    forEachIndex(values[at], (index) => forEachAxis(index, (axis) => axes.add(axis)));
    forEachInput(values[at], (input) => seen.add(input));
  }
  return axes;
}

/** Calls `visit` for each value that a statement reads, not counting the statements inside it. */
export function forEachRead(stmt: Stmt, visit: (value: ValueId) => void): void {
  if (stmt.kind === 'accumulate') {
    visit(stmt.value);
    if (stmt.position !== undefined) visit(stmt.position);
  } else if (stmt.kind === 'store') {
    visit(stmt.value);
    forEachIndex(stmt, (index) => forEachComputed(index, visit));
  }
}

/** Calls `visit` for every statement, outer ones before those inside. */
export function forEachStmt(body: readonly Stmt[], visit: (stmt: Stmt) => void): void {
  for (const stmt of body) {
    visit(stmt);
    if (stmt.kind === 'loop') forEachStmt(stmt.body, visit);
  }
}

/** Whether a value is an unguarded load at a sum of multiples of loop variables. */
export function isPlainLoad(value: Value): boolean {
  return (
    value.op === 'load' &&
    value.guards.length === 0 &&
    value.index.terms.every(({ atom }) => atom.kind === 'var')
  );
}

/** The statements of a kernel: a contraction's epilogue, none where there are only named algorithms. */
export function statementsOf(kernel: Kernel): readonly Stmt[] {
  if (kernel.kind === 'loop') return kernel.body;
  return kernel.kind === 'contract' ? kernel.epilogue : [];
}

/** Calls `visit` for every index expression of a kernel, guards included. */
export function forEachKernelIndex(kernel: Kernel, visit: (index: IndexExpr) => void): void {
  for (const value of kernel.values) forEachIndex(value, visit);
  forEachStmt(statementsOf(kernel), (stmt) => forEachIndex(stmt, visit));
}

export function greatestExtent(kernel: Kernel, axis: AxisId): number {
  const extent = kernel.axes[axis];
  return typeof extent === 'number' ? extent : extent.max;
}

/** How many elements of an operand a launch may touch. */
export function touchedElements({ elements, param }: Operand, extents: readonly number[]): number {
  return param === undefined ? elements : Math.min(elements, extents[param]);
}

/** Guards that can fail; `undefined` when one of them always does. */
export function usefulGuards(guards: readonly Guard[]): readonly Guard[] | undefined {
  const useful = guards.filter(({ index, lo, hi }) => index.min < lo || index.max >= hi);
  return useful.some(({ index, lo, hi }) => index.max < lo || index.min >= hi) ? undefined : useful;
}
