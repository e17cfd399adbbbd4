/** Sorting: short rows in workgroup memory, long ones by radix. */

import type { RoutineKernel } from '@tenfold/ir';
import type { Lowered } from '../../lowering/pass.ts';
import type { Target } from '../../target.ts';
import { sortLongRows } from './long-rows.ts';
import { sortShortRows } from './short-rows.ts';

export function lowerArgsort(kernel: RoutineKernel, target: Target): Lowered {
  return sortShortRows(kernel, target) ?? sortLongRows(kernel);
}
