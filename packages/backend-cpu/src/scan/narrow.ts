/**
 * Scans in int64 of what was narrower before, where no result needs more than 32 bits: counts, positions, extrema. They
 * are done in int32, four to a register, and widened as they are stored.
 */

import type { DType, LoopKernel, Stmt, Value } from '@tenfold/ir';
import { maxExtent } from '../codegen/loop-plan.ts';
import { foldOf } from './fold.ts';
import { nest, scanOf } from './recognise.ts';
import type { Scan } from './recognise.ts';

/** The greatest magnitude of what is narrower than int64. */
const GREATEST: { readonly [D in DType]?: number } = { bool: 1, int8: 2 ** 7, uint8: 2 ** 8, int32: 2 ** 31 };

export function inInt32(scan: Scan): Scan {
  const { kernel, lanes, along, accumulate, stores } = scan;
  const { kind, dtype } = foldOf(scan);
  const value = kernel.values[accumulate.value];
  if (dtype !== 'int64' || value.op !== 'cast' || kind === 'prod') return scan;
  const from = kernel.values[value.inputs[0]].dtype;
  const reach = (GREATEST[from] ?? Infinity) * (kind === 'sum' ? maxExtent(kernel, along.axis) : 1);
  const most = kind === 'sum' ? 2 ** 31 - 1 : 2 ** 31;
  if (reach > most || stores.some((stmt) => kernel.values[stmt.value].op !== 'acc')) return scan;
  const values: Value[] = kernel.values.map((one) => (one.op === 'acc' ? { ...one, dtype: 'int32' } : one));
  const add = (made: Value): number => values.push(made) - 1;
  const body: Stmt[] = [
    { ...accumulate, value: add({ op: 'cast', dtype: 'int32', inputs: value.inputs }) },
    ...stores.map((stmt): Stmt => ({ ...stmt, value: add({ op: 'cast', dtype, inputs: [stmt.value] }) })),
  ];
  const init: Stmt = { kind: 'init', acc: accumulate.acc };
  const narrowed: LoopKernel = {
    ...kernel,
    values,
    accumulators: [{ kind, dtype: 'int32' }],
    body: nest(lanes, [init, { ...along, body }]),
  };
  return scanOf(narrowed) ?? scan;
}
