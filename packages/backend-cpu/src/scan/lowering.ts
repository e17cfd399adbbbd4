/**
 * Scans. Along an axis whose elements lie side by side, four lanes go side by side through squares that are transposed in
 * registers (`rows.ts`). Along any other axis memory is gone through row by row, with the state of a block of columns in
 * the cache (`columns.ts`). What is too narrow for either is left to the general template.
 */

import { dependenciesOf, unifyLoops } from '@tenfold/ir';
import { accessOf } from '../codegen/cost.ts';
import type { Lowering } from '../codegen/lowering.ts';
import { UNIT } from '../codegen/lanes.ts';
import { maxExtent } from '../codegen/loop-plan.ts';
import { scanColumns } from './columns.ts';
import { inInt32 } from './narrow.ts';
import { scanOf } from './recognise.ts';
import { scanRows } from './rows.ts';

/** The general template keeps the state of as many columns in registers. */
const NARROW = 32;

export const scans: Lowering = (original, target) => {
  if (original.kind !== 'loop') return undefined;
  const found = scanOf(unifyLoops(original));
  if (!found) return undefined;
  const scan = inInt32(found);
  const { kernel } = scan;
  const dependencies = dependenciesOf(kernel.values);
  const runsAlong = ({ axis }: { readonly axis: number }, least: number): boolean =>
    maxExtent(kernel, axis) >= least &&
    scan.stores.every(({ index }) => accessOf(index, axis, dependencies) === 'consecutive');
  if (runsAlong(scan.along, UNIT)) return scanRows(scan, dependencies, target);
  const columns = scan.lanes.at(-1);
  return columns && runsAlong(columns, NARROW + 1) ? scanColumns(scan, dependencies, target) : undefined;
};
