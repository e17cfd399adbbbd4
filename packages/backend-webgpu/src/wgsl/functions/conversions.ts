/**
 * Conversions between the types of values. A float becomes an integer by truncation, beyond the range the nearest one,
 * and 0 from NaN; an integer becomes the nearest float, ties to even, which WGSL leaves open: the two halves are exact,
 * and their sum is rounded once.
 */

export const CONVERSIONS = {
  f32_to_i32: `
fn f32_to_i32(x: f32) -> i32 {
  let inside = i32(clamp(x, -2147483648.0f, 2147483520.0f));
  return select(select(inside, 0x7fffffff, x >= 2147483648.0f), 0, is_nan(x));
}`,

  /** Whether anything but a zero; denormals and NaN are true. */
  f32_to_bool: `
fn f32_to_bool(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) != 0u;
}`,

  u32_to_f32: `
fn u32_to_f32(x: u32) -> f32 {
  return fma(f32(x >> 16u), 65536.0f, f32(x & 0xffffu));
}`,

  i32_to_f32: `
fn i32_to_f32(x: i32) -> f32 {
  return fma(f32(x >> 16u), 65536.0f, f32(x & 0xffff));
}`,

  i32_to_i64: `
fn i32_to_i64(x: i32) -> vec2u {
  return vec2u(bitcast<u32>(x), bitcast<u32>(x >> 31u));
}`,

  bool_to_i64: `
fn bool_to_i64(x: bool) -> vec2u {
  return vec2u(select(0u, 1u, x), 0u);
}`,

  i64_to_bool: `
fn i64_to_bool(x: vec2u) -> bool {
  return (x.x | x.y) != 0u;
}`,

  /** The 32 highest bits of a magnitude, of which the last also says whether there is anything below. */
  leading_bits: `
fn leading_bits(magnitude: vec2u) -> u32 {
  let scaled = shl_i64(magnitude, vec2u(countLeadingZeros(magnitude.y), 0u));
  return scaled.y | select(1u, 0u, scaled.x == 0u);
}`,

  /** The float32 of the leading bits of an integer as that integer's: scaled, with its sign. */
  scaled_as: `
fn scaled_as(x: vec2u, leading: f32) -> f32 {
  let scale = (159u - countLeadingZeros(abs_i64(x).y)) << 23u;
  return leading * bitcast<f32>(scale | (x.y & 0x80000000u));
}`,

  i64_to_f32: `
fn i64_to_f32(x: vec2u) -> f32 {
  return scaled_as(x, u32_to_f32(leading_bits(abs_i64(x))));
}`,

  f32_to_i64: `
fn f32_to_i64(x: f32) -> vec2u {
  let bits = bitcast<u32>(x);
  let exponent = (bits >> 23u) & 0xffu;
  let mantissa = vec2u((bits & 0x7fffffu) | 0x800000u, 0u);
  let large = shl_i64(mantissa, vec2u(exponent - 150u, 0u));
  let small = vec2u(mantissa.x >> min(150u - exponent, 31u), 0u);
  let magnitude = select(small, large, exponent >= 150u);
  let negative = (bits >> 31u) == 1u;
  let finite = select(magnitude, neg_i64(magnitude), negative);
  let saturated = select(vec2u(0xffffffffu, 0x7fffffffu), vec2u(0u, 0x80000000u), negative);
  return select(select(finite, saturated, exponent >= 190u), vec2u(), is_nan(x));
}`,

  /** At most 24 bits of an integer, of which the last also says whether there is anything below. */
  odd_bits: `
fn odd_bits(x: u32) -> u32 {
  let cut = (x & 0xffffff00u) | select(0u, 0x100u, (x & 0xffu) != 0u);
  return select(x, cut, x >= 0x1000000u);
}`,

  /** As i32_to_f32, but rounded to odd, so that rounding the result to bfloat16 is rounding once. */
  i32_to_odd_f32: `
fn i32_to_odd_f32(x: i32) -> f32 {
  return f32(sign(x)) * f32(odd_bits(bitcast<u32>(abs(x))));
}`,

  /** As i32_to_odd_f32. */
  i64_to_odd_f32: `
fn i64_to_odd_f32(x: vec2u) -> f32 {
  return scaled_as(x, f32(odd_bits(leading_bits(abs_i64(x)))));
}`,
} as const;
