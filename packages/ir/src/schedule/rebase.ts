/**
 * Moves the place where a kernel begins to read or write an operand out of its indices and into the binding: kernels that
 * do the same in different places of a buffer, such as the steps of a recurrent network, are then one kernel, which is
 * compiled once.
 */

import { offset } from '../index-expr/index-expr.ts';
import type { IndexExpr } from '../index-expr/index-expr.ts';
import { byteSize } from '../dtype.ts';
import { forEachStmt, statementsOf } from '../kernel/inspect.ts';
import type { Kernel, Stmt } from '../kernel/kernel.ts';
import type { EmittedKernel } from './emission.ts';

/** `alignment` is that of bindings, in bytes. */
export function rebase(emitted: EmittedKernel, alignment: number): EmittedKernel {
  const { kernel } = emitted;
  const least = kernel.operands.map(() => Infinity);
  const most = kernel.operands.map(() => -Infinity);
  const visit = (operand: number, { min, max }: IndexExpr) => {
    least[operand] = Math.min(least[operand], min);
    most[operand] = Math.max(most[operand], max);
  };
  for (const value of kernel.values) if (value.op === 'load') visit(value.operand, value.index);
  forEachStmt(statementsOf(kernel), (stmt) => {
    if (stmt.kind === 'store') visit(stmt.operand, stmt.index);
  });
  // An operand without indices is taken whole.
  const ranges = kernel.operands.map(({ dtype, elements }, operand) => {
    if (least[operand] > most[operand]) return { begin: 0, end: elements };
    const step = alignment / byteSize(dtype);
    const begin = Math.max(0, Math.floor(least[operand] / step)) * step;
    return { begin, end: Math.min(elements, most[operand] + 1) };
  });
  const operands = kernel.operands.map((operand, i) => ({
    ...operand,
    elements: ranges[i].end - ranges[i].begin,
  }));
  const begins = ranges.map(({ begin }) => begin);
  const offsets = begins.map((begin, operand) => begin * byteSize(operands[operand].dtype));
  return { ...emitted, kernel: moved({ ...kernel, operands }, begins), offsets };
}

/** The kernel with indices that count from these elements of its operands. */
function moved(kernel: Kernel, begins: readonly number[]): Kernel {
  const place = <P extends { readonly operand: number; readonly index: IndexExpr }>(part: P): P => ({
    ...part,
    index: offset(part.index, -begins[part.operand]),
  });
  const statements = (body: readonly Stmt[]): readonly Stmt[] =>
    body.map((stmt) => {
      if (stmt.kind === 'loop') return { ...stmt, body: statements(stmt.body) };
      return stmt.kind === 'store' ? place(stmt) : stmt;
    });
  const values = kernel.values.map((value) => (value.op === 'load' ? place(value) : value));
  switch (kernel.kind) {
    case 'loop':
      return { ...kernel, values, body: statements(kernel.body) };
    case 'contract':
      return { ...kernel, values, epilogue: statements(kernel.epilogue) };
    default:
      return { ...kernel, values };
  }
}
