/**
 * The rule of argmax and argmin on registers: whether a candidate takes the place of the best so far. A NaN is more
 * extreme than any number, and of equals the first position wins, so that partial results may be merged in any order.
 * `foldIn` leaves the bits of the best as they are unless a candidate is more extreme, so bits are all that is compared.
 */

import type { AxisId, DType, IndexExpr, ScanKind } from '@tenfold/ir';
import { i32x4, i64x2, v128 } from '../wasm/index.ts';
import type { Expr, FunctionBuilder, Local } from '../wasm/index.ts';
import type { MathContext } from '../math/index.ts';
import { foldIn } from './combine.ts';
import { kindOf, narrowMask, registersOf } from './lanes.ts';

/** Four candidates: their values in one register or two, and their positions. */
export interface Candidates {
  readonly registers: readonly Local<'v128'>[];
  readonly position: Local<'v128'>;
}

/** Whether an index grows from each iteration to the next of loops over these axes, outermost first. */
export function growsAlong({ terms }: IndexExpr, axes: readonly AxisId[]): boolean {
  let reach = 0;
  for (const axis of [...axes].reverse()) {
    const term = terms.find(({ atom }) => atom.kind === 'var' && atom.axis === axis);
    if (!term || term.coefficient <= reach) return false;
    reach += term.coefficient * term.atom.max;
  }
  return terms.length === axes.length;
}

/**
 * Folds in candidates that stand behind all those seen before. What was never replaced is the least extreme value there
 * is, and position 0: if nothing is more extreme, then position 0 holds it too.
 */
export function takeLater(
  m: MathContext,
  kind: ScanKind,
  dtype: DType,
  best: Candidates,
  candidate: Candidates,
): void {
  const { code } = m;
  const next = candidate.registers.map((x, i) => code.let(foldIn(m, kind, dtype, best.registers[i], x)));
  const stays = sameBits(dtype, next, best.registers);
  code.set(best.position, i32x4.max_s(best.position, v128.andnot(candidate.position, stays)));
  best.registers.forEach((y, i) => code.set(y, next[i]));
}

/** The most extreme of candidates from anywhere: of each lane, or with `across` of all lanes, then in every lane. */
export function mostExtreme(
  m: MathContext,
  kind: ScanKind,
  dtype: DType,
  candidates: readonly Candidates[],
  across: boolean,
): Candidates {
  const { code } = m;
  const fold = (a: readonly Local<'v128'>[], b: readonly Local<'v128'>[]) =>
    a.map((x, i) => code.let(foldIn(m, kind, dtype, x, b[i])));
  // Folded with itself a NaN has all bits set.
  const all = candidates.map(({ registers }) => fold(registers, registers));
  let best = all.reduce(fold);
  if (across) for (const by of TURNS) best = fold(best, turned(code, best, by));
  const places = candidates.map(({ position }, i) => {
    const ties = sameBits(dtype, fold(all[i], best), all[i]);
    // What is no tie goes to the end.
    return code.let(v128.or(position, i32x4.shr_u(v128.not(ties), 1)));
  });
  const first = (a: Local<'v128'>, b: Local<'v128'>) => code.let(i32x4.min_s(a, b));
  let position = places.reduce(first);
  if (across) for (const by of TURNS) position = first(position, turned(code, [position], by)[0]);
  return { registers: best, position };
}

/** Folding with these turns, one after the other, brings all four elements into each lane. */
export const TURNS = [2, 1] as const;

/** A unit's registers with its four elements rotated by two, or by one within pairs. */
export function turned(
  code: FunctionBuilder,
  registers: readonly Local<'v128'>[],
  by: (typeof TURNS)[number],
): Local<'v128'>[] {
  if (registers.length === 2 && by === 2) return [registers[1], registers[0]];
  const order = registers.length === 2 || by === 2 ? ([2, 3, 0, 1] as const) : ([1, 0, 3, 2] as const);
  return registers.map((part) => code.let(i32x4.shuffle(part, part, order)));
}

/** Where the bits of all four elements are equal; one register of 64-bit lanes is uniform. */
function sameBits(dtype: DType, a: readonly Local<'v128'>[], b: readonly Local<'v128'>[]): Expr<'v128'> {
  const lanes = registersOf(kindOf(dtype)) === 2 ? i64x2 : i32x4;
  const [low, high] = a.map((x, i) => lanes.eq(x, b[i]));
  return high ? narrowMask(low, high) : low;
}
