/**
 * Elementwise operators: picks the rule for the operands' kind, applies it register by register, and brings narrow
 * integers back into their range.
 */

import type { BinaryOp, DType, UnaryOp } from '@tenfold/ir';
import { BINARY, unreachable } from '@tenfold/ir';
import { choose } from '../math/index.ts';
import { f32x4, f64x2 } from '../wasm/index.ts';
import { wrap } from './combine.ts';
import type { Emission } from './emission.ts';
import type { CompareOp, Rules } from './float-ops.ts';
import { FLOAT32, FLOAT64 } from './float-ops.ts';
import { BOOL, INT32, INT64 } from './integer-ops.ts';
import type { Kind, Lanes } from './lanes.ts';
import { kindOf, maskFor, narrowMask, register, registersOf } from './lanes.ts';

const RULES: { readonly [K in Kind]: Rules } = {
  f32: FLOAT32,
  f64: FLOAT64,
  i32: INT32,
  i64: INT64,
  mask: BOOL,
};

/** Operators whose result may leave the range of a narrow integer. */
const GROWS: ReadonlySet<UnaryOp | BinaryOp> = new Set([
  'neg', 'abs', 'not', 'add', 'sub', 'mul', 'idiv', 'pow', 'shl',
] as const); // prettier-ignore

const BINARY_OPS: ReadonlySet<string> = new Set(BINARY);

export function isBinary(op: UnaryOp | BinaryOp): op is BinaryOp {
  return BINARY_OPS.has(op);
}

function isCompare(op: BinaryOp): op is CompareOp {
  return op in BOOL.compare;
}

function meaningless(op: UnaryOp | BinaryOp, dtype: DType): never {
  return unreachable(`${op} has no meaning on ${dtype}`);
}

export function unary(e: Emission, op: UnaryOp, dtype: DType, x: Lanes): Lanes {
  const rule = RULES[x.kind].unary[op] ?? meaningless(op, dtype);
  return e.lanes(e.scope, x.kind, x.uniform, (i) => {
    const result = rule(e.math, register(x, i));
    return GROWS.has(op) ? wrap(e.math, dtype, result) : result;
  });
}

/**
 * The greater or lesser of a float and a constant. NaN comes through as with `max` and `min`, at one instruction instead
 * of eight: `pmax(x, c)` is `x < c ? c : x`.
 */
export function clamp(e: Emission, op: 'max' | 'min', x: Lanes, bound: Lanes): Lanes {
  const lanes = x.kind === 'f64' ? f64x2 : f32x4;
  const rule = op === 'max' ? lanes.pmax : lanes.pmin;
  return e.lanes(e.scope, x.kind, x.uniform, (i) => rule(register(x, i), register(bound, i)));
}

/** `dtype` is that of the operands. */
export function binary(e: Emission, op: BinaryOp, dtype: DType, a: Lanes, b: Lanes): Lanes {
  const uniform = a.uniform && b.uniform;
  if (isCompare(op)) return compare(e, op, a, b);
  const rule = RULES[a.kind].binary[op] ?? meaningless(op, dtype);
  return e.lanes(e.scope, a.kind, uniform, (i) => {
    const result = rule(e.math, register(a, i), register(b, i));
    return GROWS.has(op) ? wrap(e.math, dtype, result) : result;
  });
}

function compare(e: Emission, op: CompareOp, a: Lanes, b: Lanes): Lanes {
  const uniform = a.uniform && b.uniform;
  const rule = RULES[a.kind].compare[op];
  const at = (i: number) => rule(e.math, register(a, i), register(b, i));
  const pairs = registersOf(a.kind) === 2 && !uniform;
  return e.lanes(e.scope, 'mask', uniform, pairs ? (i) => narrowMask(at(2 * i), at(2 * i + 1)) : at);
}

export function where(e: Emission, dtype: DType, condition: Lanes, a: Lanes, b: Lanes): Lanes {
  const kind = kindOf(dtype);
  const uniform = condition.uniform && a.uniform && b.uniform;
  return e.lanes(e.scope, kind, uniform, (i) =>
    choose(maskFor(kind, condition, i), register(a, i), register(b, i)),
  );
}
