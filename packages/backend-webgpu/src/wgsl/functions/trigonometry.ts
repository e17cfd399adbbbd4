/**
 * Sine and cosine of float32. The argument is reduced by multiples of π/2: below 2048 by subtraction in four parts, of
 * which the products with the multiple are exact; above with as many bits of 2/π as matter, as integers (M. Payne, R.
 * Hanek, "Radian reduction for trigonometric functions", 1983). The polynomials on [-π/4, π/4] are those of Cephes' sinf
 * and cosf (S. Moshier). Measured error: 2.5 ULP.
 */

export const TRIGONOMETRY = {
  /** The bits of 2/π, after 32 zeros. */
  TWO_OVER_PI: `
const TWO_OVER_PI = array<u32, 8>(0u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu);`,

  /** Less than 2048: the multiple of π/2, and what is left. */
  reduce_small: `
fn reduce_small(x: f32) -> vec2f {
  let n = round(x * 0.63661975f);
  let r1 = apart(fma(n, -1.5705566f, x), n);
  let r2 = apart(fma(n, -0.00023967028f, r1), n);
  let r3 = apart(fma(n, -1.5890691e-8f, r2), n);
  return vec2f(n, fma(n, -2.5633441e-12f, r3));
}`,

  /** At least 2^-7, positive and finite: the multiple of π/2 modulo 4, and what is left. */
  reduce_large: `
fn reduce_large(x: f32) -> vec2f {
  let bits = bitcast<u32>(x);
  let mantissa = (bits & 0x7fffffu) | 0x800000u;
  // Bits of 2/π that give multiples of four are left out; of the others 96 are enough.
  let start = (bits >> 23u) - 120u;
  let word = start >> 5u;
  let shift = start & 31u;
  let w0 = TWO_OVER_PI[word];
  let w1 = TWO_OVER_PI[word + 1u];
  let w2 = TWO_OVER_PI[word + 2u];
  let w3 = TWO_OVER_PI[word + 3u];
  let a0 = (w0 << shift) | ((w1 >> 1u) >> (31u - shift));
  let a1 = (w1 << shift) | ((w2 >> 1u) >> (31u - shift));
  let a2 = (w2 << shift) | ((w3 >> 1u) >> (31u - shift));
  let low = mul_wide(mantissa, a2).y;
  let middle = mul_wide(mantissa, a1);
  let sum = middle.x + low;
  let high = mantissa * a0 + middle.y + select(0u, 1u, sum < low);
  // Two bits of the multiple, and 62 of the fraction, which is made the nearest to 0.
  let n = (high + 0x20000000u) >> 30u;
  let fraction = vec2u(sum, high - (n << 30u));
  return vec2f(f32(n), i64_to_f32(fraction) * 3.4061216e-19f);
}`,

  reduce_angle: `
fn reduce_angle(x: f32) -> vec2f {
  let magnitude = abs(x);
  if (magnitude < 2048.0f) {
    return reduce_small(x);
  }
  let reduced = reduce_large(magnitude);
  return select(reduced, -reduced, x < 0.0f);
}`,

  /** sin(n · π/2 + r) for |r| <= π/4. */
  sine_at: `
fn sine_at(n: i32, r: f32) -> f32 {
  let s = r * r;
  let sine = fma(r * s, fma(fma(-0.00019515296f, s, 0.008332161f), s, -0.16666655f), r);
  let cosine = fma(s * s, fma(fma(2.4433157e-5f, s, -0.0013887316f), s, 0.041666646f), fma(s, -0.5f, 1.0f));
  let bits = select(bitcast<u32>(sine), bitcast<u32>(cosine), (n & 1) == 1);
  return bitcast<f32>(bits ^ (bitcast<u32>(n & 2) << 30u));
}`,

  sin_f32: `
fn sin_f32(x: f32) -> f32 {
  let reduced = reduce_angle(x);
  let infinite = (bitcast<u32>(x) & 0x7f800000u) == 0x7f800000u;
  let result = select(bitcast<u32>(sine_at(i32(reduced.x), reduced.y)), 0x7fc00000u, infinite);
  // Below 2^-12 the sine of x is x, also of -0.
  return bitcast<f32>(select(result, bitcast<u32>(x), (bitcast<u32>(x) & 0x7fffffffu) < 0x39800000u));
}`,

  cos_f32: `
fn cos_f32(x: f32) -> f32 {
  let reduced = reduce_angle(x);
  let infinite = (bitcast<u32>(x) & 0x7f800000u) == 0x7f800000u;
  return bitcast<f32>(select(bitcast<u32>(sine_at(i32(reduced.x) + 1, reduced.y)), 0x7fc00000u, infinite));
}`,
} as const;
