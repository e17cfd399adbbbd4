/**
 * Casts between the compute types, with PyTorch's meaning: floats lose their fraction towards zero,
 * integers wrap to narrower ones, anything but zero is true.
 *
 * Where C++ leaves a float that fits no integer undefined, this says what happens: float to int32 saturates
 * and NaN gives 0; int8 and uint8 then take the low bits of that int32.
 */

import { f32, f32x4, f64, f64x2, i32x4, i64, i64x2, v128 } from '../wasm/index.ts';
import { eachLane } from './context.ts';
import type { MathContext, Vector, VectorLocal } from './context.ts';

export function float32ToInt32(x: Vector): Vector {
  return i32x4.trunc_sat_f32x4_s(x);
}

export function int32ToFloat32(x: Vector): Vector {
  return f32x4.convert_i32x4_s(x);
}

/** 1 where a float32 lane is not zero (NaN included), as int32 lanes. */
export function float32ToBool(m: MathContext, x: Vector): Vector {
  return v128.and(f32x4.ne(x, m.code.constants.f32x4(0)), m.code.constants.i32x4(1));
}

/** int8 range in int32 lanes: the low eight bits, sign extended. */
export function wrapInt8(x: Vector): Vector {
  return i32x4.shr_s(i32x4.shl(x, 24), 24);
}

/** uint8 range in int32 lanes: the low eight bits. */
export function wrapUint8(m: MathContext, x: Vector): Vector {
  return v128.and(x, m.code.constants.i32x4(0xff));
}

/** The low pair of int32 lanes as float64. */
export function int32ToFloat64(x: Vector): Vector {
  return f64x2.convert_low_i32x4_s(x);
}

/** Two float64 lanes as the low two int32 lanes; saturating, NaN gives 0. */
export function float64ToInt32(x: Vector): Vector {
  return i32x4.trunc_sat_f64x2_s_zero(x);
}

/** Two pairs of int64 lanes as int32 lanes: the low 32 bits. */
export function int64ToInt32(low: Vector, high: Vector): Vector {
  return i32x4.shuffle(low, high, [0, 2, 4, 6]);
}

/** Two int64 lanes as float64; exact up to 2^53, else rounded to nearest even. */
export function int64ToFloat64(m: MathContext, x: Vector): VectorLocal {
  return eachLane(m, f64x2, 2, [x], (lane, longs) => f64.convert_i64_s(i64x2.extract_lane(longs, lane)));
}

/** Two float64 lanes as int64; saturating, NaN gives 0. */
export function float64ToInt64(m: MathContext, x: Vector): VectorLocal {
  return eachLane(m, i64x2, 2, [x], (lane, reals) => i64.trunc_sat_f64_s(f64x2.extract_lane(reals, lane)));
}

/** Two pairs of int64 lanes as float32, rounded once. */
export function int64ToFloat32(m: MathContext, low: Vector, high: Vector): VectorLocal {
  return eachLane(m, f32x4, 4, [low, high], (lane, ...pairs) =>
    f32.convert_i64_s(i64x2.extract_lane(pairs[lane >> 1], lane & 1)),
  );
}

/** The low (0) or high (1) pair of float32 lanes as int64; saturating, NaN gives 0. */
export function float32ToInt64(m: MathContext, x: Vector, pair: 0 | 1): VectorLocal {
  return eachLane(m, i64x2, 2, [x], (lane, reals) =>
    i64.trunc_sat_f32_s(f32x4.extract_lane(reals, 2 * pair + lane)),
  );
}
