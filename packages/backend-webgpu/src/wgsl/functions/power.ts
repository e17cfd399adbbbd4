/**
 * a^b of float32, with the special cases of C's pow. The product b · log2 a needs more bits than a float32 has, so the
 * logarithm and the power of two are fixed-point integers, which no compiler reorders; only small corrections to their
 * slopes are float32. The reduction by a table of reciprocals follows P. Tang, "Table-driven implementation of the logarithm
 * function in IEEE floating-point arithmetic" (1990). Measured error: 1.1 ULP.
 */

/** -log2(c / 256) for c next to 8192 / (32 + j), with 55 fractional bits, of which the last 8 are c - 1 instead. */
const LOG2_TABLE = Array.from({ length: 33 }, (_, j): readonly [number, number] => {
  const c = Math.round(8192 / (32 + j));
  const units = BigInt(Math.round(-Math.log2(c / 256) * 2 ** 47)) * 256n + BigInt(c - 1);
  return [Number(units & 0xffffffffn), Number(units >> 32n)];
});

export const POWER = {
  LOG2_TABLE: `
const LOG2_TABLE = array<vec2u, 33>(${LOG2_TABLE.map(([low, high]) => `vec2u(${low}u, ${high}u)`).join(', ')});`,

  /** The base-2 logarithm of a positive finite number, given as bits, with 55 fractional bits. */
  log2_fixed: `
fn log2_fixed(bits: u32) -> vec2u {
  let up = select(0u, countLeadingZeros(bits) - 8u, bits < 0x800000u);
  let mantissa = select((bits & 0x7fffffu) | 0x800000u, bits << up, bits < 0x800000u);
  let exponent = bitcast<i32>(max(bits >> 23u, 1u)) - bitcast<i32>(up) - 127;
  let entry = LOG2_TABLE[((mantissa + 0x20000u) >> 18u) - 32u];
  // r = mantissa · c / 256 - 1 with 31 fractional bits, exact and at most 0.0162; log2(1 + r) = r · slope.
  let r = bitcast<i32>(mantissa * ((entry.x & 0xffu) + 1u) - 0x80000000u);
  let f = f32(r) * 4.656613e-10f;
  let bend = f * fma(f, fma(f, fma(f, fma(f, 0.16666667f, -0.2f), 0.25f), -0.33333334f), 0.5f);
  let slope = 3098164009u - bitcast<u32>(i32(bend * 3098164000.0f));
  let product = shr_i64(mul_wide(bitcast<u32>(abs(r)), slope), vec2u(7u, 0u));
  let whole = vec2u(entry.x & 0xffffff00u, entry.y + (bitcast<u32>(exponent) << 23u));
  return add_i64(whole, select(product, neg_i64(product), r < 0));
}`,

  /** A number with 55 fractional bits times b, with 32 fractional bits; from a magnitude of 1024 on it is not exact. */
  times_fixed: `
fn times_fixed(x: vec2u, b: f32) -> vec2u {
  let magnitude = abs_i64(x);
  let up = select(countLeadingZeros(magnitude.y), 32u + countLeadingZeros(magnitude.x), magnitude.y == 0u);
  let leading = shl_i64(magnitude, vec2u(up, 0u)).y;
  let bits = bitcast<u32>(b);
  let product = mul_wide(leading, (bits << 8u) | 0x80000000u);
  let down = 149 + bitcast<i32>(up) - bitcast<i32>((bits >> 23u) & 0xffu);
  let result = shr_u64(product, u32(clamp(down, 20, 63)));
  return select(result, neg_i64(result), is_negative(x) != (bits >= 0x80000000u));
}`,

  /** 2^x of a number with 32 fractional bits, as the bits of a float32; 0 below the normal numbers. */
  exp2_fixed: `
fn exp2_fixed(x: vec2u) -> u32 {
  let n = bitcast<i32>(x.y + (x.x >> 31u));
  let fraction = bitcast<i32>(x.x);
  // 2^f = 1 + f · slope, as integers with 32 and 31 fractional bits.
  let f = f32(fraction) * 2.3283064e-10f;
  var bend = fma(f, 1.5312004e-05f, 0.00015466938f);
  bend = fma(f, bend, 0.0013333447f);
  bend = fma(f, bend, 0.009618037f);
  bend = fma(f, bend, 0.05550411f);
  bend = f * fma(f, bend, 0.2402265f);
  let slope = 2977044472u + bitcast<u32>(i32(bend * 4294967296.0f));
  let product = mul_wide(bitcast<u32>(abs(fraction)), slope).y >> 1u;
  let mantissa = u32_to_f32(0x80000000u + select(product, 0u - product, fraction < 0));
  let bits = bitcast<i32>(mantissa) + ((clamp(n, -150, 128) - 31) << 23u);
  let finite = select(bitcast<u32>(bits), 0u, bits < 0x800000);
  return select(min(finite, 0x7f800000u), 0x7f800000u, n > 128);
}`,

  pow_f32: `
fn pow_f32(a: f32, b: f32) -> f32 {
  let height = bitcast<u32>(a) & 0x7fffffffu;
  let width = bitcast<u32>(b) & 0x7fffffffu;
  let downwards = bitcast<i32>(b) < 0;
  let finite = exp2_fixed(times_fixed(log2_fixed(height), b));
  let at_zero = select(0u, 0x7f800000u, downwards);
  let at_infinity = select(0x7f800000u, 0u, downwards);
  let magnitude = select(select(finite, at_infinity, height == 0x7f800000u), at_zero, height == 0u);

  // An odd exponent keeps the sign of a. The bits of b that are below 1, and the one that is 1:
  let exponent = width >> 23u;
  let below = 150u - clamp(exponent, 126u, 150u);
  let digits = (width & 0x7fffffu) | 0x800000u;
  let whole = (digits & ((1u << below) - 1u)) == 0u;
  let odd = whole & (((digits >> below) & 1u) == 1u) & (exponent <= 150u);
  let result = magnitude | select(0u, bitcast<u32>(a) & 0x80000000u, odd);

  let between = (bitcast<i32>(a) < 0) & (height != 0u) & (height < 0x7f800000u) & !whole;
  let undefined = between | (max(height, width) > 0x7f800000u);
  let defined = select(result, 0x7fc00000u, undefined);
  return bitcast<f32>(select(defined, 0x3f800000u, (width == 0u) | (bitcast<u32>(a) == 0x3f800000u)));
}`,
} as const;
