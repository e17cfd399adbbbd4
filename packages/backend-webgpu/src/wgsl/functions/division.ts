/**
 * Quotients and square roots of float32. WGSL only asks for 2.5 ULP of a division, and for nothing where the divisor is
 * above 2^126. One step of Newton's method after it gives the nearest float nearly always, so that 6 / 3 is 2. It starts
 * from the leading 12 bits of the estimate: their products are exact even where multiply-add is not fused, and compilers
 * cannot put estimate and correction together again, as x·(1/y) + r·(1/y) = (x + r)·(1/y).
 *
 * Measured error: 0.501 ULP; 1.4 of quotients below 2^-100, which are not corrected.
 */

export const DIVISION = {
  div_f32: `
fn div_f32(a: f32, b: f32) -> f32 {
  // What is computed with must not be denormal, or it may be lost: the reciprocal of a large number, half of a small one.
  let small = min(abs(a), abs(b)) < 7.888609e-31f;
  let scale = select(select(1.0f, 16777216.0f, small), 0.03125f, abs(b) > 4.2535296e37f);
  let x = a * scale;
  let y = b * scale;
  let reciprocal = 1.0f / y;
  let quotient = x * reciprocal;
  let leading = leading_bits_f32(quotient);
  let divisor = leading_bits_f32(y);
  let rest = fma(-leading, y - divisor, fma(-leading, divisor, x));
  // Below 2^-100 the correction would be lost; there is none to infinity and NaN.
  let correct = (((bitcast<u32>(quotient) >> 23u) & 0xffu) - 27u) < 228u;
  // By zero it is decided on bits: compilers that see that a is zero take zero times the reciprocal for zero.
  let sign = (bitcast<u32>(a) ^ bitcast<u32>(b)) & 0x80000000u;
  let limit = bitcast<f32>(select(0x7fc00000u, sign | 0x7f800000u, abs(a) > 0.0f));
  let whole = where_f32(correct, fma(rest, reciprocal, leading), quotient);
  return where_f32((bitcast<u32>(b) << 1u) == 0u, limit, whole);
}`,

  sqrt_f32: `
fn sqrt_f32(x: f32) -> f32 {
  let small = x < 7.888609e-31f;
  let scaled = x * select(1.0f, 16777216.0f, small);
  let root = sqrt(scaled);
  let leading = leading_bits_f32(root);
  let refined = leading + fma(-leading, leading, scaled) / (leading + root);
  // Zero, infinity and NaN are their own roots.
  let finite = (bitcast<u32>(refined) & 0x7f800000u) != 0x7f800000u;
  return where_f32(finite, refined, root) * select(1.0f, 0.00024414062f, small);
}`,

  leading_bits_f32: `
fn leading_bits_f32(x: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(x) & 0xfffff000u);
}`,
} as const;
