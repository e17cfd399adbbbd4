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
import type { HostUnary, MathContext, Vector } from '../math/index.ts';
import { f32x4, f64x2, v128 } from '../wasm/index.ts';
import type { Local } from '../wasm/index.ts';

export type CompareOp = 'lt' | 'le' | 'eq' | 'ne';
export type UnaryRule = (m: MathContext, x: Local<'v128'>) => Vector;
export type BinaryRule = (m: MathContext, a: Local<'v128'>, b: Local<'v128'>) => Vector;
export type UnaryRules = { readonly [K in UnaryOp]?: UnaryRule };
export type BinaryRules = { readonly [K in Exclude<BinaryOp, CompareOp>]?: BinaryRule };
export type CompareRules = { readonly [K in CompareOp]: BinaryRule };

/** What each operator does to the registers of one kind of value. */
export interface Rules {
  readonly unary: UnaryRules;
  readonly binary: BinaryRules;
  readonly compare: CompareRules;
}

type FloatLanes = typeof f32x4 | typeof f64x2;
type Splat = (m: MathContext, value: number) => Local<'v128'>;

/** What is one instruction, or a few, in both widths. */
function instructions(lanes: FloatLanes, splat: Splat) {
  return {
    unary: {
      neg: (_, x) => lanes.neg(x),
      recip: (m, x) => lanes.div(splat(m, 1), x),
      sqrt: (_, x) => lanes.sqrt(x),
      abs: (_, x) => lanes.abs(x),
      sign: (m, x) => {
        const [zero, one] = [splat(m, 0), splat(m, 1)];
        return lanes.sub(v128.and(lanes.gt(x, zero), one), v128.and(lanes.lt(x, zero), one));
      },
      floor: (_, x) => lanes.floor(x),
      ceil: (_, x) => lanes.ceil(x),
      round: (_, x) => lanes.nearest(x),
      trunc: (_, x) => lanes.trunc(x),
    } satisfies UnaryRules,
    binary: {
      add: (_, a, b) => lanes.add(a, b),
      sub: (_, a, b) => lanes.sub(a, b),
      mul: (_, a, b) => lanes.mul(a, b),
      div: (_, a, b) => lanes.div(a, b),
      max: (_, a, b) => lanes.max(a, b),
      min: (_, a, b) => lanes.min(a, b),
    } satisfies BinaryRules,
    compare: {
      lt: (_, a, b) => lanes.lt(a, b),
      le: (_, a, b) => lanes.le(a, b),
      eq: (_, a, b) => lanes.eq(a, b),
      ne: (_, a, b) => lanes.ne(a, b),
    } satisfies CompareRules,
  };
}

const single = instructions(f32x4, (m, value) => m.code.constants.f32x4(value));
const double = instructions(f64x2, (m, value) => m.code.constants.f64x2(value));
const host =
  (name: HostUnary): UnaryRule =>
  (m, x) =>
    hostUnary(m, name, x);

export const FLOAT32: Rules = {
  unary: { ...single.unary, exp, log, sin, cos, tanh, erf },
  binary: { ...single.binary, idiv: floorDivide, mod: floorMod, pow, atan2 },
  compare: single.compare,
};

export const FLOAT64: Rules = {
  unary: {
    ...double.unary,
    exp: host('exp'),
    log: host('log'),
    sin: host('sin'),
    cos: host('cos'),
    tanh: host('tanh'),
    erf: host('erf'),
  },
  binary: {
    ...double.binary,
    idiv: floorDivide64,
    mod: floorMod64,
    pow: (m, a, b) => hostBinary(m, 'pow', a, b),
    atan2: (m, a, b) => hostBinary(m, 'atan2', a, b),
  },
  compare: double.compare,
};
