/**
 * Elementwise operators on integer and bool registers. They wrap as two's complement and never trap: a division or a
 * remainder by zero is 0, shift counts are taken modulo the width. What has no vector instruction is done lane by lane.
 */

import { choose, eachLane, floorDivideI32, floorModI32 } from '../math/index.ts';
import type { MathContext, Vector } from '../math/index.ts';
import { i32, i32x4, i64, i64x2, v128 } from '../wasm/index.ts';
import type { Expr, Local } from '../wasm/index.ts';
import { direct } from './float-ops.ts';
import type { BinaryRule, BinaryRules, CompareRules, Rules, UnaryRules } from './float-ops.ts';

const shift32 =
  (shift: typeof i32.shl): BinaryRule =>
  (m, a, b) =>
    eachLane(m, i32x4, 4, [a, b], (lane, x, y) =>
      shift(i32x4.extract_lane(x, lane), i32x4.extract_lane(y, lane)),
    );

const each64 =
  (rule: (m: MathContext, a: Local<'i64'>, b: Local<'i64'>) => Expr<'i64'>): BinaryRule =>
  (m, a, b) =>
    eachLane(m, i64x2, 2, [a, b], (lane, x, y) =>
      rule(m, m.code.let(i64x2.extract_lane(x, lane)), m.code.let(i64x2.extract_lane(y, lane))),
    );

/** Quotient and remainder of floor division; both 0 for a zero divisor. -2^63 / -1 wraps. */
function floorDivide64(m: MathContext, a: Local<'i64'>, b: Local<'i64'>) {
  const { code } = m;
  const quotient = code.let(i64.const(0n));
  const rest = code.let(i64.const(0n));
  code.if(i32.eqz(i64.eqz(b)), () => {
    code.if(
      i64.eq(b, -1n),
      () => code.set(quotient, i64.sub(0n, a)),
      () => {
        code.set(quotient, i64.div_s(a, b));
        code.set(rest, i64.rem_s(a, b));
        const opposite = i32.and(i64.ne(rest, 0n), i64.lt_s(i64.xor(rest, b), 0n));
        code.if(opposite, () => {
          code.set(quotient, i64.sub(quotient, 1n));
          code.set(rest, i64.add(rest, b));
        });
      },
    );
  });
  return { quotient, rest };
}

type IntegerLanes = typeof i32x4 | typeof i64x2;
type One = (m: MathContext) => Local<'v128'>;

/**
 * a^b by squaring, for all lanes at once. A negative exponent truncates the fraction: 1 and -1 keep their powers,
 * anything else gives 0.
 */
function power(
  m: MathContext,
  lanes: IntegerLanes,
  one: Local<'v128'>,
  a: Local<'v128'>,
  b: Local<'v128'>,
): Vector {
  const { code } = m;
  const zero = code.constants.i32x4(0);
  const base = code.let(a);
  const negative = code.let(lanes.lt_s(b, zero));
  const rest = code.let(v128.andnot(b, negative));
  const result = code.let(one);
  code.block((exit) => {
    code.loop((next) => {
      code.brIf(exit, i32.eqz(v128.any_true(rest)));
      const odd = lanes.eq(v128.and(rest, one), one);
      code.set(result, choose(odd, lanes.mul(result, base), result));
      code.set(base, lanes.mul(base, base));
      code.set(rest, lanes.shr_u(rest, 1));
      code.br(next);
    });
  });
  const minusOne = code.let(lanes.eq(zero, zero));
  const oddExponent = lanes.eq(v128.and(b, one), one);
  const ofMinusOne = v128.and(lanes.eq(a, minusOne), choose(oddExponent, minusOne, one));
  const fraction = choose(lanes.eq(a, one), one, ofMinusOne);
  return choose(negative, fraction, result);
}

const same = (_: MathContext, x: Local<'v128'>) => x;
const identities = { floor: same, ceil: same, round: same, trunc: same };

/** What is the same for both widths. */
function instructions(lanes: IntegerLanes, bits: number, one: One) {
  const greater = (a: Local<'v128'>, b: Local<'v128'>) => lanes.gt_s(a, b);
  return {
    unary: {
      ...identities,
      ...direct(lanes, 'neg', 'abs'),
      sign: (_, x) => v128.or(lanes.shr_s(x, bits - 1), lanes.shr_u(lanes.neg(x), bits - 1)),
      ...direct(v128, 'not'),
    } satisfies UnaryRules,
    binary: {
      ...direct(lanes, 'add', 'sub', 'mul'),
      ...direct(v128, 'and', 'or', 'xor'),
      pow: (m, a, b) => power(m, lanes, one(m), a, b),
      max: (_, a, b) => choose(greater(a, b), a, b),
      min: (_, a, b) => choose(greater(a, b), b, a),
    } satisfies BinaryRules,
    compare: {
      lt: (_, a, b) => lanes.lt_s(a, b),
      le: (_, a, b) => lanes.le_s(a, b),
      ...direct(lanes, 'eq', 'ne'),
    } satisfies CompareRules,
  };
}

const narrow = instructions(i32x4, 32, (m) => m.code.constants.i32x4(1));
const wide = instructions(i64x2, 64, (m) => m.code.constants.i64x2(1n));

export const INT32: Rules = {
  ...narrow,
  binary: {
    ...narrow.binary,
    idiv: floorDivideI32,
    mod: (m, a, b) => v128.andnot(floorModI32(m, a, b), i32x4.eq(b, m.code.constants.i32x4(0))),
    max: (_, a, b) => i32x4.max_s(a, b),
    min: (_, a, b) => i32x4.min_s(a, b),
    shl: shift32(i32.shl),
    shr: shift32(i32.shr_s),
  },
};

export const INT64: Rules = {
  ...wide,
  binary: {
    ...wide.binary,
    idiv: each64((m, x, y) => floorDivide64(m, x, y).quotient),
    mod: each64((m, x, y) => floorDivide64(m, x, y).rest),
    shl: each64((_, x, y) => i64.shl(x, y)),
    shr: each64((_, x, y) => i64.shr_s(x, y)),
  },
};

/** Arithmetic on bool: the result of the numbers 0 and 1, with anything but zero being true. */
export const BOOL: Rules = {
  unary: { ...identities, neg: same, abs: same, sign: same, ...direct(v128, 'not') },
  binary: {
    ...direct(v128, 'and', 'or', 'xor'),
    add: (_, a, b) => v128.or(a, b),
    sub: (_, a, b) => v128.xor(a, b),
    mul: (_, a, b) => v128.and(a, b),
    idiv: (_, a, b) => v128.and(a, b),
    mod: (m) => m.code.constants.i32x4(0),
    pow: (_, a, b) => v128.or(a, v128.not(b)),
    max: (_, a, b) => v128.or(a, b),
    min: (_, a, b) => v128.and(a, b),
    shl: same,
    shr: (_, a, b) => v128.andnot(a, b),
  },
  compare: {
    lt: (_, a, b) => v128.andnot(b, a),
    le: (_, a, b) => v128.or(v128.not(a), b),
    eq: (_, a, b) => v128.not(v128.xor(a, b)),
    ne: (_, a, b) => v128.xor(a, b),
  },
};
