/**
 * The rule of argmax and argmin on registers: whether a candidate takes the place of the best so far. A NaN is more
 * extreme than any number, and of equals the first position wins, so that partial results may be merged in any order.
 */

import type { ReduceKind } from '@tenfold/ir';
import { i32x4, i64x2, v128 } from '../wasm/index.ts';
import type { Expr, FunctionBuilder, Local } from '../wasm/index.ts';
import { choose } from '../math/index.ts';
import type { MathContext } from '../math/index.ts';
import { compareRules } from './elementwise.ts';
import type { Kind } from './lanes.ts';
import { narrowMask, registersOf } from './lanes.ts';

/** Four candidates: their values in one register or two, and their positions. */
export interface Candidates {
  readonly registers: readonly Local<'v128'>[];
  readonly position: Local<'v128'>;
}

/** Where nothing has been seen yet: any position is before it. */
const NOWHERE = 0x7fffffff;

export function nowhere({ constants }: FunctionBuilder): Local<'v128'> {
  return constants.i32x4(NOWHERE);
}

/** Positions to read: 0 where nothing was seen. */
export function readPosition({ constants }: FunctionBuilder, position: Local<'v128'>): Expr<'v128'> {
  return v128.andnot(position, i32x4.eq(position, constants.i32x4(NOWHERE)));
}

/** Replaces the lanes of `best` in which `candidate` is more extreme, and `allowed` is set. */
export function takeMoreExtreme(
  m: MathContext,
  kind: Extract<ReduceKind, 'argmax' | 'argmin'>,
  lanes: Kind,
  best: Candidates,
  candidate: Candidates,
  allowed: Local<'v128'> | undefined,
): void {
  const { code } = m;
  const rules = compareRules(lanes);
  const float = lanes === 'f32' || lanes === 'f64';
  const beyond: Expr<'v128'>[] = [];
  const ties: Expr<'v128'>[] = [];
  candidate.registers.forEach((x, i) => {
    const y = best.registers[i];
    const further = kind === 'argmax' ? rules.lt(m, y, x) : rules.lt(m, x, y);
    const equal = rules.eq(m, x, y);
    if (!float) {
      beyond.push(further);
      ties.push(equal);
      return;
    }
    const xNaN = code.let(rules.ne(m, x, x));
    const yNaN = code.let(rules.ne(m, y, y));
    beyond.push(v128.or(further, v128.andnot(xNaN, yNaN)));
    ties.push(v128.or(equal, v128.and(xNaN, yNaN)));
  });
  const narrow = (masks: readonly Expr<'v128'>[]) =>
    masks.length === 1 ? masks[0] : narrowMask(masks[0], masks[1]);
  const earlier = i32x4.lt_s(candidate.position, best.position);
  const takes = v128.or(narrow(beyond), v128.and(narrow(ties), earlier));
  const mask = code.let(allowed ? v128.and(takes, allowed) : takes);
  const masks =
    registersOf(lanes) === 1 ? [mask] : [i64x2.extend_low_i32x4_s(mask), i64x2.extend_high_i32x4_s(mask)];
  best.registers.forEach((y, i) => code.set(y, choose(masks[i], candidate.registers[i], y)));
  code.set(best.position, choose(mask, candidate.position, best.position));
}
