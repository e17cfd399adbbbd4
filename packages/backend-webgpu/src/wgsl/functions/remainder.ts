/**
 * Floor division of float32 and its remainder (Python's // and %). The remainder is a long division of the mantissas as
 * integers, exact whatever the quotient.
 */

export const REMAINDER = {
  /**
   * Of the bits of two finite magnitudes, b not 0: trunc(a / b), of which the bits from the 32nd on are lost, and the bits
   * of what it leaves of a.
   */
  long_division: `
fn long_division(a: u32, b: u32) -> vec2u {
  // Denormals have the exponent 1 and no leading bit.
  let a_exponent = max(a >> 23u, 1u);
  let b_exponent = max(b >> 23u, 1u);
  if (a_exponent < b_exponent) {
    return vec2u(0u, a);
  }
  let divisor = (b & 0x7fffffu) | select(0u, 0x800000u, b >= 0x800000u);
  let dividend = (a & 0x7fffffu) | select(0u, 0x800000u, a >= 0x800000u);
  var quotient = dividend / divisor;
  var rest = dividend - quotient * divisor;
  // Eight bits of the quotient at a time.
  for (var left = a_exponent - b_exponent; left > 0u;) {
    let step = min(left, 8u);
    let shifted = rest << step;
    let digits = shifted / divisor;
    quotient = (quotient << step) | digits;
    rest = shifted - digits * divisor;
    left -= step;
  }
  let up = min(countLeadingZeros(rest) - 8u, b_exponent - 1u);
  let scaled = rest << up;
  let exponent = (b_exponent - up) << 23u;
  return vec2u(quotient, select(scaled, exponent + scaled - 0x800000u, scaled >= 0x800000u));
}`,

  /** trunc(|a| / |b|) as above, and the bits of the remainder of a with its sign (C's fmod), or of NaN. */
  truncated_division: `
fn truncated_division(a: f32, b: f32) -> vec2u {
  let height = bitcast<u32>(a) & 0x7fffffffu;
  let width = bitcast<u32>(b) & 0x7fffffffu;
  var result = vec2u(0u, height);
  if ((height >= 0x7f800000u) | (width == 0u) | (width > 0x7f800000u)) {
    result.y = 0x7fc00000u;
  } else if (width < 0x7f800000u) {
    result = long_division(height, width);
  }
  return vec2u(result.x, result.y | (bitcast<u32>(a) & 0x80000000u));
}`,

  /** Whether a remainder is not 0 and has another sign than the divisor: there flooring goes one further. */
  rounds_down: `
fn rounds_down(rest: f32, b: f32) -> bool {
  return (order_of(rest) != 0) & !is_nan(rest) & ((bitcast<i32>(rest) ^ bitcast<i32>(b)) < 0);
}`,

  mod_f32: `
fn mod_f32(a: f32, b: f32) -> f32 {
  let rest = bitcast<f32>(truncated_division(a, b).y);
  return where_f32(rounds_down(rest, b), rest + b, rest);
}`,

  idiv_f32: `
fn idiv_f32(a: f32, b: f32) -> f32 {
  let division = truncated_division(a, b);
  let rest = bitcast<f32>(division.y);
  let one = select(0u, 1u, rounds_down(rest, b));
  let magnitude = u32_to_f32(division.x + one);
  let near = bitcast<u32>(magnitude) | ((bitcast<u32>(a) ^ bitcast<u32>(b)) & 0x80000000u);
  // From 2^30 on the digits may not fit, and a float32 has no fraction. Without a remainder, a / 0 is infinite as ever.
  let quotient = div_f32(a, b);
  let far = (abs(quotient) >= 1073741824.0f) | is_nan(rest);
  let wild = select(bitcast<u32>(quotient), 0x7fc00000u, is_nan(rest) & (order_of(b) != 0));
  return bitcast<f32>(select(near, wild, far));
}`,
} as const;
