/** A contraction as plain loops: what is too small, or not of floats, is not worth tiles. */

import type { ContractKernel, LoopKernel, Stmt, Value } from '@tenfold/ir';

export function contractAsLoops(kernel: ContractKernel): LoopKernel {
  const { name, operands, scalars, axes, accumulators, batch, m, n, k, a, b, epilogue } = kernel;
  const product: Value = { op: 'mul', dtype: accumulators[0].dtype, inputs: [a, b] };
  const nest = (loops: readonly number[], order: 'parallel' | 'reduce', body: readonly Stmt[]) =>
    loops.reduceRight<readonly Stmt[]>((inside, axis) => [{ kind: 'loop', axis, order, body: inside }], body);
  const sum: Stmt = { kind: 'accumulate', acc: 0, value: kernel.values.length };
  const body = nest([...batch, ...m, ...n], 'parallel', [
    { kind: 'init', acc: 0 },
    ...nest(k, 'reduce', [sum]),
    ...epilogue,
  ]);
  // The product comes last, so no value changes its number.
  const values = [...kernel.values, product];
  return { kind: 'loop', name, operands, scalars, axes, values, accumulators, body };
}
