/** The rows that a sort goes through, and where their elements stand. */

import type { RoutineKernel } from '@tenfold/ir';

export type Argsort = RoutineKernel['routine'];

/** Where element `e` of row `r` stands, as an i32 expression; both are u32 expressions. */
export function elementIndex({ length, stride }: Argsort, r: string, e: string): string {
  if (stride === 1) return `i32(${r} * ${length}u + ${e})`;
  return `i32((${r} / ${stride}u * ${length}u + ${e}) * ${stride}u + ${r} % ${stride}u)`;
}
