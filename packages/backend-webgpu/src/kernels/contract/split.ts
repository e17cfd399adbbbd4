/**
 * A product with few results and a long k, in two passes: workgroups sum up parts of k into a workspace, and a second
 * pass adds up the parts of each result, in their order, and finishes it. How many parts there are follows from the
 * sizes alone, so results are the same wherever they are computed.
 */

import type { AxisId, ContractKernel, Extent, LoopKernel, Stmt, Value } from '@tenfold/ir';
import { add, greatestExtent, scale, variable } from '@tenfold/ir';
import type { Workspace } from '../../lowering/pass.ts';
import { trips } from '../grid.ts';

export interface SplitProduct {
  /** Stores its sums in the workspace, as parts. */
  readonly product: ContractKernel;
  /** The axis of the product that counts the parts. */
  readonly part: AxisId;
  /** Adds the parts up and does the epilogue. */
  readonly finish: LoopKernel;
  readonly workspace: Workspace;
}

export function splitProduct(kernel: ContractKernel, parts: number): SplitProduct {
  const { batch, m, n, k: _, a: _a, b: _b, epilogue, hint: _hint, ...shared } = kernel;
  const results = [...batch, ...m, ...n];
  const part = kernel.axes.length;
  const axes: readonly Extent[] = [...kernel.axes, parts];
  const elements = parts * trips(results, kernel.axes);
  const workspace = kernel.operands.length;
  const operands = [...kernel.operands, { dtype: 'float32', access: 'readwrite', elements } as const];
  const index = [part, ...results].reduce(
    (at, axis) => {
      const extent = axis === part ? parts : greatestExtent(kernel, axis);
      return add(scale(at, extent), variable(axis, extent));
    },
    variable(part, 1),
  );
  const partial = kernel.values.length;
  const product: ContractKernel = {
    ...kernel,
    operands: operands.map((operand, i) => (i === workspace ? { ...operand, access: 'write' } : operand)),
    axes,
    values: [...kernel.values, { op: 'acc', dtype: 'float32', acc: 0 }],
    epilogue: [{ kind: 'store', operand: workspace, index, guards: [], value: partial }],
  };
  const load: Value = { op: 'load', dtype: 'float32', operand: workspace, index, guards: [] };
  const sum: Stmt = { kind: 'accumulate', acc: 0, value: partial };
  const body = results.reduceRight<readonly Stmt[]>(
    (inside, axis) => [{ kind: 'loop', axis, order: 'parallel', body: inside }],
    [{ kind: 'init', acc: 0 }, { kind: 'loop', axis: part, order: 'serial', body: [sum] }, ...epilogue],
  );
  const finish: LoopKernel = {
    ...shared,
    kind: 'loop',
    operands: operands.map((operand, i) => (i === workspace ? { ...operand, access: 'read' } : operand)),
    axes,
    values: [...kernel.values, load],
    body,
  };
  return { product, part, finish, workspace: { dtype: 'float32', elements } };
}
