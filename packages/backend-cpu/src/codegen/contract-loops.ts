/** A contraction as plain loops: for the integer dtypes, and for products too small or too odd for the GEMM template. */

import type { AxisId, ContractKernel, LoopKernel, LoopOrder, Stmt, Value, ValueId } from '@tenfold/ir';

export function contractAsLoops(kernel: ContractKernel): LoopKernel {
  const { batch, m, n, k, a, b, epilogue, ...shared } = kernel;
  const { dtype } = kernel.accumulators[0];
  const values: Value[] = [...kernel.values];
  const push = (value: Value): ValueId => values.push(value) - 1;
  const widened = (id: ValueId): ValueId =>
    values[id].dtype === dtype ? id : push({ op: 'cast', dtype, inputs: [id] });
  const product = push({ op: 'mul', dtype, inputs: [widened(a), widened(b)] });
  const sum = nest(k, 'reduce', [{ kind: 'accumulate', acc: 0, value: product }]);
  return {
    ...shared,
    kind: 'loop',
    values,
    body: nest([...batch, ...m, ...n], 'parallel', [{ kind: 'init', acc: 0 }, ...sum, ...epilogue]),
  };
}

/** Loops over the axes, the first outermost. */
export function nest(axes: readonly AxisId[], order: LoopOrder, body: readonly Stmt[]): readonly Stmt[] {
  return axes.reduceRight<readonly Stmt[]>(
    (inner, axis) => [{ kind: 'loop', axis, order, body: inner }],
    body,
  );
}
