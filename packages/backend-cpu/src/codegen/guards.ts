/**
 * Guards as conditions: always true, one truth for the whole block, or a mask for each unit. Bounds of the index
 * expressions remove guards that cannot fail.
 */

import type { Guard } from '@tenfold/ir';
import { i32, i32x4, v128 } from '../wasm/index.ts';
import type { Expr, Local } from '../wasm/index.ts';
import { dependenciesOfIndex } from './dependencies.ts';
import type { Emission } from './emission.ts';
import { integer, integerLanes, varies } from './index-code.ts';
import type { Lanes } from './lanes.ts';

export interface Condition {
  /** Holds for the whole block, or for none of it; undefined: always. */
  readonly flag: Expr<'i32'> | undefined;
  /** Holds for these elements of each unit; undefined: all. */
  readonly masks: readonly Local<'v128'>[] | undefined;
}

export function conditionOf(e: Emission, guards: readonly Guard[]): Condition {
  const open = guards.filter(({ index, lo, hi }) => index.min < lo || index.max >= hi);
  const shared = open.filter(({ index }) => !varies(e, index));
  const single = open.filter(({ index }) => varies(e, index));
  const flags = shared.map((guard) => {
    const scope = e.scopeOf(dependenciesOfIndex(guard.index, e.dependencies));
    return e.number(scope, `${guard.lo}<=${guard.index.key}<${guard.hi}`, () => within(e, guard));
  });
  return {
    flag: flags.length === 0 ? undefined : flags.reduce((a, b) => i32.and(a, b)),
    masks: single.length === 0 ? undefined : masksOf(e, single),
  };
}

function within(e: Emission, { index, lo, hi }: Guard): Expr<'i32'> {
  return i32.lt_u(i32.sub(integer(e, index), lo), Math.max(0, hi - lo));
}

function masksOf(e: Emission, guards: readonly Guard[]): Local<'v128'>[] {
  const { scope, code } = e;
  const units = scope.block?.units ?? 1;
  return Array.from({ length: units }, (_, unit) => {
    const mask = code.local('v128');
    const tests = guards.map(({ index, lo, hi }) => ({ at: integerLanes(e, scope, index, unit), lo, hi }));
    scope.code.push(() => {
      const parts = tests.map(({ at, lo, hi }) => {
        const distance = i32x4.sub(at, code.constants.i32x4(lo));
        return i32x4.lt_u(distance, code.constants.i32x4(Math.max(0, hi - lo)));
      });
      code.set(
        mask,
        parts.reduce((a, b) => v128.and(a, b)),
      );
    });
    return mask;
  });
}

/** The condition as a bool value. */
export function conditionLanes(e: Emission, { flag, masks }: Condition): Lanes {
  const { constants } = e.code;
  const shared = () => (flag === undefined ? constants.i32x4(-1) : i32x4.splat(i32.sub(0, i32.ne(flag, 0))));
  if (masks === undefined) return e.lanes(e.scope, 'mask', true, shared);
  return e.lanes(e.scope, 'mask', false, (i) => (flag ? v128.and(masks[i], shared()) : masks[i]));
}
