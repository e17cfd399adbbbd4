/**
 * Guards as conditions: always true, one truth for the whole block, or a mask for each unit. Bounds of the index
 * expressions remove guards that cannot fail. Where an index grows evenly through a block, two comparisons of numbers
 * tell that all of the block is inside, which it mostly is: the masks are then not even made.
 */

import { dependenciesOfIndex } from '@tenfold/ir';
import type { Guard } from '@tenfold/ir';
import { i32, i32x4, v128 } from '../wasm/index.ts';
import type { Expr } from '../wasm/index.ts';
import type { Emission } from './emission.ts';
import { integer, integerLanes, strideOf, varies } from './index-code.ts';
import { UNIT } from './lanes.ts';
import type { Lanes } from './lanes.ts';

export interface Condition {
  /** Holds for the whole block, or for none of it; undefined: always. */
  readonly flag: Expr<'i32'> | undefined;
  /** Writes down which elements of each unit it holds for; undefined: all. */
  readonly masks: readonly (() => Expr<'v128'>)[] | undefined;
  /** True if it holds for all elements of the block; undefined: only the masks tell. */
  readonly whole: Expr<'i32'> | undefined;
}

export function conditionOf(e: Emission, guards: readonly Guard[]): Condition {
  const open = guards.filter(({ index, lo, hi }) => index.min < lo || index.max >= hi);
  const shared = open.filter(({ index }) => !varies(e, index));
  const single = open.filter(({ index }) => varies(e, index));
  const flags = shared.map((guard) => {
    const scope = e.scopeOf(dependenciesOfIndex(guard.index, e.dependencies));
    return e.number(scope, `${guard.lo}<=${guard.index.key}<${guard.hi}`, () => within(e, guard, 0));
  });
  return {
    flag: conjunction(flags),
    masks: single.length === 0 ? undefined : masksOf(e, single),
    whole: wholeOf(e, single),
  };
}

function conjunction(flags: readonly Expr<'i32'>[]): Expr<'i32'> | undefined {
  return flags.length === 0 ? undefined : flags.reduce((a, b) => i32.and(a, b));
}

/** Whether an index that moves by `reach` from the first element of a block to the last stays inside. */
function within(e: Emission, { index, lo, hi }: Guard, reach: number): Expr<'i32'> {
  const first = integer(e, index);
  const lowest = reach < 0 ? i32.add(first, reach - lo) : i32.sub(first, lo);
  return i32.lt_u(lowest, Math.max(0, hi - lo - Math.abs(reach)));
}

function wholeOf(e: Emission, guards: readonly Guard[]): Expr<'i32'> | undefined {
  const last = (e.scope.block?.units ?? 1) * UNIT - 1;
  const tests: Expr<'i32'>[] = [];
  for (const guard of guards) {
    const stride = strideOf(e, guard.index);
    if (stride === undefined) return undefined;
    tests.push(within(e, guard, stride * last));
  }
  return conjunction(tests);
}

function masksOf(e: Emission, guards: readonly Guard[]): (() => Expr<'v128'>)[] {
  const units = e.scope.block?.units ?? 1;
  const { constants } = e.code;
  return Array.from({ length: units }, (_, unit) => {
    const tests = guards.map(({ index, lo, hi }) => {
      const lanes = integerLanes(e, index, unit);
      return () => i32x4.lt_u(i32x4.sub(lanes(), constants.i32x4(lo)), constants.i32x4(Math.max(0, hi - lo)));
    });
    return () => tests.map((test) => test()).reduce((a, b) => v128.and(a, b));
  });
}

/** The condition as a bool value. */
export function conditionLanes(e: Emission, { flag, masks }: Condition): Lanes {
  const { constants } = e.code;
  const shared = () => (flag === undefined ? constants.i32x4(-1) : i32x4.splat(i32.sub(0, i32.ne(flag, 0))));
  if (masks === undefined) return e.lanes(e.scope, 'mask', true, shared);
  return e.lanes(e.scope, 'mask', false, (i) => (flag ? v128.and(masks[i](), shared()) : masks[i]()));
}
