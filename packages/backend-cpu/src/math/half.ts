/**
 * float16 and bfloat16 as storage: between four 16-bit patterns, each in the low half of an int32 lane, and
 * float32 lanes. Denormals, infinities and NaN carry over; narrowing rounds to nearest even.
 */

import { f32x4, i16x8, i32x4, i8x16, v128 } from '../wasm/index.ts';
import { choose } from './context.ts';
import type { MathContext, Vector, VectorLocal } from './context.ts';

/** float16 bits in int32 lanes to float32; the upper halves of the lanes do not matter. */
export function float16ToFloat32(m: MathContext, halves: Vector): VectorLocal {
  const { code } = m;
  const { constants } = code;
  const bits = code.let(i32x4.shr_s(i32x4.shl(halves, 16), 3));
  // The sign fills the highest four bits now, of which one is kept. Multiplying by 2^112 moves the exponent's bias from
  // 15 to 127, and normalises denormals on the way.
  const scaled = f32x4.mul(v128.and(bits, constants.i32x4(0x8fffffff | 0)), constants.f32x4(2 ** 112));
  const exponent = constants.i32x4(0x0f800000);
  const infiniteOrNaN = i32x4.eq(v128.and(bits, exponent), exponent);
  return code.let(v128.or(scaled, v128.and(infiniteOrNaN, constants.i32x4(0x7f800000))));
}

/** Eight float16 side by side as two vectors of float32: half the work of two times four. */
export function float16PairToFloat32(m: MathContext, halves: VectorLocal): readonly [Vector, Vector] {
  const { code } = m;
  const { constants } = code;
  const both = (bits: number) => constants.i32x4((bits << 16) | bits);
  const special = i16x8.eq(v128.and(halves, both(0x7c00)), both(0x7c00));
  // The upper halves of the float32, with an exponent that is to be scaled as above, or that of infinity.
  const scaled = v128.and(i16x8.shr_s(halves, 3), both(0x8fff));
  const high = code.let(v128.or(scaled, v128.and(special, both(0x7000))));
  const low = code.let(i16x8.shl(halves, 13));
  const part = (first: number): Vector => {
    const lanes = Array.from({ length: 16 }, (_, i) => first + 2 * (i >> 2) + (i & 1) + (i & 2) * 8);
    return f32x4.mul(i8x16.shuffle(low, high, lanes), constants.f32x4(2 ** 112));
  };
  return [part(0), part(8)];
}

/** float32 to float16 bits in int32 lanes (upper halves zero); 65520 and above become infinity. */
export function float32ToFloat16(m: MathContext, x: Vector): VectorLocal {
  const { code } = m;
  const { constants } = code;
  const bits = code.let(x);
  const magnitude = code.let(v128.and(bits, constants.i32x4(0x7fffffff)));
  // Below 2^-14: adding 0.5 aligns the value so that the hardware rounds it to a multiple of 2^-24.
  const half = constants.f32x4(0.5);
  const denormal = i32x4.sub(f32x4.add(magnitude, half), half);
  // From 2^-14: move the bias from 127 to 15, and round the 13 bits that fall off to nearest even.
  const oddBit = v128.and(i32x4.shr_u(magnitude, 13), constants.i32x4(1));
  const rebiased = i32x4.add(magnitude, constants.i32x4((-112 << 23) + 0xfff));
  const normal = i32x4.shr_u(i32x4.add(rebiased, oddBit), 13);
  const isSmall = i32x4.lt_s(magnitude, constants.i32x4(0x38800000));
  const finite = code.let(choose(isSmall, denormal, normal));
  const isNaN = i32x4.gt_s(magnitude, constants.i32x4(0x7f800000));
  const special = choose(isNaN, constants.i32x4(0x7e00), constants.i32x4(0x7c00));
  const overflows = i32x4.ge_s(magnitude, constants.i32x4(0x477ff000));
  const sign = v128.and(i32x4.shr_u(bits, 16), constants.i32x4(0x8000));
  return code.let(v128.or(choose(overflows, special, finite), sign));
}

/** bfloat16 bits in int32 lanes to float32; the upper halves of the lanes do not matter. */
export function bfloat16ToFloat32(m: MathContext, halves: Vector): VectorLocal {
  return m.code.let(i32x4.shl(halves, 16));
}

/** float32 to bfloat16 bits in int32 lanes (upper halves zero). */
export function float32ToBfloat16(m: MathContext, x: Vector): VectorLocal {
  const { code } = m;
  const { constants } = code;
  const bits = code.let(x);
  const oddBit = v128.and(i32x4.shr_u(bits, 16), constants.i32x4(1));
  const rounded = i32x4.shr_u(i32x4.add(i32x4.add(bits, constants.i32x4(0x7fff)), oddBit), 16);
  const quietNaN = v128.or(i32x4.shr_u(bits, 16), constants.i32x4(0x7fc0));
  return code.let(choose(f32x4.ne(bits, bits), quietNaN, rounded));
}
