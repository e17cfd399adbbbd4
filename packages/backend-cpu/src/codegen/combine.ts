/**
 * The four ways in which numbers are folded together (by reductions, scans and combining stores): the operation on one
 * register and its identity. Floats propagate NaN in `max` and `min`; narrow integers wrap; of bools, `sum` and `max`
 * are "or", `prod` and `min` are "and".
 */

import type { DType, ScanKind } from '@tenfold/ir';
import { f32x4, f64x2, i32x4, i64x2, v128 } from '../wasm/index.ts';
import { choose, wrapInt8, wrapUint8 } from '../math/index.ts';
import type { MathContext, Vector } from '../math/index.ts';
import type { Expr, FunctionBuilder, Local } from '../wasm/index.ts';
import { constantLanes } from './constant-lanes.ts';
import type { Kind } from './lanes.ts';
import { kindOf } from './lanes.ts';

type Fold = (a: Local<'v128'>, b: Local<'v128'>) => Expr<'v128'>;

const FOLDS: { readonly [K in Kind]: { readonly [S in ScanKind]: Fold } } = {
  f32: { sum: f32x4.add, prod: f32x4.mul, max: f32x4.max, min: f32x4.min },
  f64: { sum: f64x2.add, prod: f64x2.mul, max: f64x2.max, min: f64x2.min },
  i32: { sum: i32x4.add, prod: i32x4.mul, max: i32x4.max_s, min: i32x4.min_s },
  i64: {
    sum: i64x2.add,
    prod: i64x2.mul,
    max: (a, b) => choose(i64x2.gt_s(a, b), a, b),
    min: (a, b) => choose(i64x2.gt_s(a, b), b, a),
  },
  mask: { sum: v128.or, prod: v128.and, max: v128.or, min: v128.and },
};

/** `a` and `b` folded, in one register. */
export function combine(
  m: MathContext,
  kind: ScanKind,
  dtype: DType,
  a: Local<'v128'>,
  b: Local<'v128'>,
): Vector {
  const result = FOLDS[kindOf(dtype)][kind](a, b);
  if (kind === 'max' || kind === 'min') return result;
  return wrap(m, dtype, result);
}

/**
 * An accumulator's `content` with `x` folded in. A float maximum or minimum that is a NaN has all bits set and stays so,
 * and of equals the content stays: three instructions, where those that let NaN through take eight.
 */
export function foldIn(
  m: MathContext,
  kind: ScanKind,
  dtype: DType,
  content: Local<'v128'>,
  x: Local<'v128'>,
): Vector {
  const lanes = { f32: f32x4, f64: f64x2, i32: undefined, i64: undefined, mask: undefined }[kindOf(dtype)];
  if (lanes === undefined || kind === 'sum' || kind === 'prod') return combine(m, kind, dtype, content, x);
  return v128.or(lanes[`p${kind}`](content, x), lanes.ne(x, x));
}

/** An integer result brought back into the range of its dtype. */
export function wrap(m: MathContext, dtype: DType, x: Vector): Vector {
  if (dtype === 'int8') return wrapInt8(x);
  return dtype === 'uint8' ? wrapUint8(m, x) : x;
}

/** The register that changes nothing when it is folded in. */
export function identity(code: FunctionBuilder, kind: ScanKind, dtype: DType): Local<'v128'> {
  // Wider integers saturate at their own bounds.
  const [lowest, highest] = dtype === 'int8' ? [-128, 127] : [dtype === 'bool' ? 0 : -Infinity, Infinity];
  return constantLanes(code, dtype, { sum: 0, prod: 1, max: lowest, min: highest }[kind]);
}
