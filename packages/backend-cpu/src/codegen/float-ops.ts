/**
 * Elementwise operators on float registers. What is one instruction stands here; the functions come from `math/`, for
 * float64 from the host.
 */

import type { BinaryOp, UnaryOp } from '@tenfold/ir';
import {
  atan2,
  cos,
  erf,
  exp,
  floorDivide,
  floorDivide64,
  floorMod,
  floorMod64,
  hostBinary,
  hostUnary,
  log,
  pow,
  sin,
  tanh,
} from '../math/index.ts';
import type { MathContext, Vector } from '../math/index.ts';
import { f32x4, f64x2, v128 } from '../wasm/index.ts';
import type { Local } from '../wasm/index.ts';

export type CompareOp = 'lt' | 'le' | 'eq' | 'ne';
export type UnaryRule = (m: MathContext, x: Local<'v128'>) => Vector;
export type BinaryRule = (m: MathContext, a: Local<'v128'>, b: Local<'v128'>) => Vector;
export type UnaryRules = { readonly [K in UnaryOp]?: UnaryRule };
export type BinaryRules = { readonly [K in Exclude<BinaryOp, CompareOp>]?: BinaryRule };
export type CompareRules = { readonly [K in CompareOp]: BinaryRule };

export const FLOAT32_UNARY: UnaryRules = {
  neg: (_, x) => f32x4.neg(x),
  recip: (m, x) => f32x4.div(m.code.constants.f32x4(1), x),
  exp,
  log,
  sin,
  cos,
  sqrt: (_, x) => f32x4.sqrt(x),
  tanh,
  erf,
  abs: (_, x) => f32x4.abs(x),
  sign: (m, x) => {
    const [zero, one] = [m.code.constants.f32x4(0), m.code.constants.f32x4(1)];
    return f32x4.sub(v128.and(f32x4.gt(x, zero), one), v128.and(f32x4.lt(x, zero), one));
  },
  floor: (_, x) => f32x4.floor(x),
  ceil: (_, x) => f32x4.ceil(x),
  round: (_, x) => f32x4.nearest(x),
  trunc: (_, x) => f32x4.trunc(x),
};

export const FLOAT32_BINARY: BinaryRules = {
  add: (_, a, b) => f32x4.add(a, b),
  sub: (_, a, b) => f32x4.sub(a, b),
  mul: (_, a, b) => f32x4.mul(a, b),
  div: (_, a, b) => f32x4.div(a, b),
  max: (_, a, b) => f32x4.max(a, b),
  min: (_, a, b) => f32x4.min(a, b),
  idiv: floorDivide,
  mod: floorMod,
  pow,
  atan2,
};

export const FLOAT32_COMPARE: CompareRules = {
  lt: (_, a, b) => f32x4.lt(a, b),
  le: (_, a, b) => f32x4.le(a, b),
  eq: (_, a, b) => f32x4.eq(a, b),
  ne: (_, a, b) => f32x4.ne(a, b),
};

export const FLOAT64_UNARY: UnaryRules = {
  neg: (_, x) => f64x2.neg(x),
  recip: (m, x) => f64x2.div(m.code.constants.f64x2(1), x),
  exp: (m, x) => hostUnary(m, 'exp', x),
  log: (m, x) => hostUnary(m, 'log', x),
  sin: (m, x) => hostUnary(m, 'sin', x),
  cos: (m, x) => hostUnary(m, 'cos', x),
  sqrt: (_, x) => f64x2.sqrt(x),
  tanh: (m, x) => hostUnary(m, 'tanh', x),
  erf: (m, x) => hostUnary(m, 'erf', x),
  abs: (_, x) => f64x2.abs(x),
  sign: (m, x) => {
    const [zero, one] = [m.code.constants.f64x2(0), m.code.constants.f64x2(1)];
    return f64x2.sub(v128.and(f64x2.gt(x, zero), one), v128.and(f64x2.lt(x, zero), one));
  },
  floor: (_, x) => f64x2.floor(x),
  ceil: (_, x) => f64x2.ceil(x),
  round: (_, x) => f64x2.nearest(x),
  trunc: (_, x) => f64x2.trunc(x),
};

export const FLOAT64_BINARY: BinaryRules = {
  add: (_, a, b) => f64x2.add(a, b),
  sub: (_, a, b) => f64x2.sub(a, b),
  mul: (_, a, b) => f64x2.mul(a, b),
  div: (_, a, b) => f64x2.div(a, b),
  max: (_, a, b) => f64x2.max(a, b),
  min: (_, a, b) => f64x2.min(a, b),
  idiv: floorDivide64,
  mod: floorMod64,
  pow: (m, a, b) => hostBinary(m, 'pow', a, b),
  atan2: (m, a, b) => hostBinary(m, 'atan2', a, b),
};

export const FLOAT64_COMPARE: CompareRules = {
  lt: (_, a, b) => f64x2.lt(a, b),
  le: (_, a, b) => f64x2.le(a, b),
  eq: (_, a, b) => f64x2.eq(a, b),
  ne: (_, a, b) => f64x2.ne(a, b),
};
