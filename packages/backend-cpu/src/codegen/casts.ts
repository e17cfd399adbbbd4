/**
 * Conversions between dtypes, and constants and run-time numbers as lanes. Floats become integers by truncation
 * (saturating, NaN gives 0), integers wrap, anything but zero is true. The half floats are rounded here and when they
 * are stored, never in between.
 */

import type { DType } from '@tenfold/ir';
import {
  decode,
  encode,
  float32ToInt32,
  float32ToInt64,
  float64ToInt32,
  float64ToInt64,
  int32ToFloat32,
  int32ToFloat64,
  int64ToFloat32,
  int64ToFloat64,
  int64ToInt32,
  narrow,
} from '../math/index.ts';
import type { MathContext, Vector } from '../math/index.ts';
import { f32x4, f64x2, i32x4, i64x2, v128 } from '../wasm/index.ts';
import type { Local } from '../wasm/index.ts';
import { wrap } from './combine.ts';
import type { Emission } from './emission.ts';
import type { Kind, Lanes } from './lanes.ts';
import { kindOf, narrowMask, registersOf } from './lanes.ts';

/** Converts what belongs to register `i` of the result: one register, or a pair where the source is wider. */
type Convert = (m: MathContext, x: Source, i: number) => Vector;

interface Source {
  /** The source register that holds the same elements; of a wider source, the first of two. */
  readonly low: Local<'v128'>;
  readonly high: Local<'v128'>;
  /** Of a narrower source: the low or the high half of the register as its low half. */
  readonly half: Vector;
  readonly pair: 0 | 1;
}

const one32 = (m: MathContext) => m.code.constants.i32x4(1);
const zero = (m: MathContext) => m.code.constants.i32x4(0);

const CONVERT: { readonly [From in Kind]: { readonly [To in Kind]?: Convert } } = {
  f32: {
    f64: (_, x) => f64x2.promote_low_f32x4(x.half),
    i32: (_, x) => float32ToInt32(x.low),
    i64: (m, x) => float32ToInt64(m, x.low, x.pair),
    mask: (m, x) => f32x4.ne(x.low, zero(m)),
  },
  f64: {
    f32: (_, x) => narrow(x.low, x.high),
    i32: (_, x) => i32x4.shuffle(float64ToInt32(x.low), float64ToInt32(x.high), [0, 1, 4, 5]),
    i64: (m, x) => float64ToInt64(m, x.low),
    mask: (m, x) => narrowMask(f64x2.ne(x.low, zero(m)), f64x2.ne(x.high, zero(m))),
  },
  i32: {
    f32: (_, x) => int32ToFloat32(x.low),
    f64: (_, x) => int32ToFloat64(x.half),
    i64: (_, x) => i64x2.extend_low_i32x4_s(x.half),
    mask: (m, x) => i32x4.ne(x.low, zero(m)),
  },
  i64: {
    f32: (m, x) => int64ToFloat32(m, x.low, x.high),
    f64: (m, x) => int64ToFloat64(m, x.low),
    i32: (_, x) => int64ToInt32(x.low, x.high),
    mask: (m, x) => narrowMask(i64x2.ne(x.low, zero(m)), i64x2.ne(x.high, zero(m))),
  },
  mask: {
    f32: (m, x) => v128.and(x.low, m.code.constants.f32x4(1)),
    f64: (m, x) => v128.and(i64x2.extend_low_i32x4_s(x.half), m.code.constants.f64x2(1)),
    i32: (m, x) => v128.and(x.low, one32(m)),
    i64: (m, x) => i64x2.extend_low_i32x4_s(v128.and(x.half, one32(m))),
  },
};

export function cast(e: Emission, from: DType, to: DType, x: Lanes): Lanes {
  if (from === to) return x;
  const kind = kindOf(to);
  const converted = x.kind === kind ? x : convert(e, kind, x);
  if (to === 'int8' || to === 'uint8') {
    return from === 'bool' ? converted : map(e, converted, (lanes) => wrap(e.math, to, lanes));
  }
  const narrowed = (to === 'float16' || to === 'bfloat16') && from !== 'bool';
  return narrowed ? map(e, converted, (lanes) => rounded(e.math, to, lanes)) : converted;
}

/** Through the stored form of a dtype and back. */
function rounded(m: MathContext, dtype: DType, x: Local<'v128'>): Vector {
  return decode(m, dtype, m.code.let(encode(m, dtype, x)));
}

function map(e: Emission, x: Lanes, rule: (lanes: Local<'v128'>) => Vector): Lanes {
  return e.lanes(e.scope, x.kind, x.uniform, (i) => rule(x.registers[i]));
}

function convert(e: Emission, kind: Kind, x: Lanes): Lanes {
  const rule = CONVERT[x.kind][kind];
  if (rule === undefined) return x;
  const [before, after] = [registersOf(x.kind), registersOf(kind)];
  return e.lanes(e.scope, kind, x.uniform, (i) => {
    const at = x.uniform ? 0 : Math.floor((i * before) / after);
    const low = x.registers[at];
    const high = x.uniform || before <= after ? low : x.registers[at + 1];
    const pair = !x.uniform && after > before && i % 2 === 1 ? 1 : 0;
    const half = pair === 1 ? i32x4.shuffle(low, low, [2, 3, 2, 3]) : low;
    return rule(e.math, { low, high, half, pair }, i);
  });
}

/** The same bits as another dtype of the same width. */
export function bitcast(e: Emission, from: DType, to: DType, x: Lanes): Lanes {
  return e.lanes(e.scope, kindOf(to), x.uniform, (i) => {
    const bits = e.code.let(encode(e.math, from, x.registers[i]));
    return decode(e.math, to, wrap(e.math, to, bits));
  });
}
