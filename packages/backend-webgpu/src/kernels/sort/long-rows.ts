/** Rows that do not fit workgroup memory: a stable radix sort in several passes. */

import type { RoutineKernel } from '@tenfold/ir';
import type { Lowered } from '../../lowering/pass.ts';
import { countPass, movePass, scanPass } from './radix-passes.ts';
import { planRadix } from './radix-plan.ts';

export function sortLongRows(kernel: RoutineKernel): Lowered {
  const plan = planRadix(kernel);
  const passes = plan.rounds.flatMap((round) => [
    countPass(plan, round),
    scanPass(plan, round),
    movePass(plan, round),
  ]);
  return { passes, workspaces: plan.workspaces };
}
