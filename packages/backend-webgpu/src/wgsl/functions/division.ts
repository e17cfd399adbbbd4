/**
 * Quotients and square roots of float32. WGSL only asks for 2.5 ULP of a division, and for nothing where the divisor is
 * above 2^126. One step of Newton's method after it gives the nearest float nearly always, so that 6 / 3 is 2: the
 * remainder is exact where multiply-add is fused, and good enough where it is not.
 */

export const DIVISION = {
  div_f32: `
fn div_f32(a: f32, b: f32) -> f32 {
  // The reciprocal of a divisor above 2^126 is denormal, which may be 0.
  let scale = select(1.0f, 0.03125f, abs(b) > 4.2535296e37f);
  let x = a * scale;
  let y = b * scale;
  let reciprocal = 1.0f / y;
  let quotient = x * reciprocal;
  let refined = fma(fma(-quotient, y, x), reciprocal, quotient);
  let exponent = bitcast<u32>(quotient) & 0x7f800000u;
  return where_f32((exponent == 0u) | (exponent == 0x7f800000u), quotient, refined);
}`,

  sqrt_f32: `
fn sqrt_f32(x: f32) -> f32 {
  let root = sqrt(x);
  let refined = fma(fma(-root, root, x), 0.5f / root, root);
  let exponent = bitcast<u32>(root) & 0x7f800000u;
  return where_f32((exponent == 0u) | (exponent == 0x7f800000u), root, refined);
}`,
} as const;
