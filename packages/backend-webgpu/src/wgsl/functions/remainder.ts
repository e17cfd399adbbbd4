/**
 * Floor division of float32 and its remainder (Python's // and %). The remainder is a long division of the mantissas as
 * integers, exact whatever the quotient; the quotient is what the rest leaves.
 */

export const REMAINDER = {
  /** |a| - |b| · trunc(|a| / |b|), the bits of it; b is not 0, and both are finite. */
  remainder_bits: `
fn remainder_bits(a: u32, b: u32) -> u32 {
  // Denormals have the exponent 1 and no leading bit.
  let a_exponent = max(a >> 23u, 1u);
  let b_exponent = max(b >> 23u, 1u);
  if (a_exponent < b_exponent) {
    return a;
  }
  let divisor = (b & 0x7fffffu) | select(0u, 0x800000u, b >= 0x800000u);
  var rest = ((a & 0x7fffffu) | select(0u, 0x800000u, a >= 0x800000u)) % divisor;
  // Eight bits of the quotient at a time.
  for (var left = a_exponent - b_exponent; (left > 0u) & (rest != 0u);) {
    let step = min(left, 8u);
    rest = (rest << step) % divisor;
    left -= step;
  }
  let up = min(countLeadingZeros(rest) - 8u, b_exponent - 1u);
  let scaled = rest << up;
  let exponent = (b_exponent - up) << 23u;
  return select(scaled, exponent + scaled - 0x800000u, scaled >= 0x800000u);
}`,

  /** The remainder of truncating division, with the sign of a (C's fmod); NaN where there is none. */
  fmod_f32: `
fn fmod_f32(a: f32, b: f32) -> f32 {
  let height = bitcast<u32>(a) & 0x7fffffffu;
  let width = bitcast<u32>(b) & 0x7fffffffu;
  var bits = height;
  if ((height >= 0x7f800000u) | (width == 0u) | (width > 0x7f800000u)) {
    bits = 0x7fc00000u;
  } else if (width < 0x7f800000u) {
    bits = remainder_bits(height, width);
  }
  return bitcast<f32>(bits | (bitcast<u32>(a) & 0x80000000u));
}`,

  /** Whether a remainder is not 0 and has another sign than the divisor: there flooring goes one further. */
  rounds_down: `
fn rounds_down(rest: f32, b: f32) -> bool {
  return (order_of(rest) != 0) & !is_nan(rest) & ((bitcast<i32>(rest) ^ bitcast<i32>(b)) < 0);
}`,

  mod_f32: `
fn mod_f32(a: f32, b: f32) -> f32 {
  let rest = fmod_f32(a, b);
  return where_f32(rounds_down(rest, b), rest + b, rest);
}`,

  idiv_f32: `
fn idiv_f32(a: f32, b: f32) -> f32 {
  let rest = fmod_f32(a, b);
  let whole = round(div_f32(a - rest, b));
  let floored = where_f32(rounds_down(rest, b), whole - 1.0f, whole);
  return where_f32(order_of(b) == 0, div_f32(a, b), floored);
}`,
} as const;
