/**
 * float16 and bfloat16: between float32 and their 16 bits, and rounding to them. Denormals, infinities and NaN carry
 * over; narrowing rounds to nearest even. By integers, because WGSL's own packing is undefined beyond the range.
 */

export const HALF = {
  f16_to_f32: `
fn f16_to_f32(half: u32) -> f32 {
  let magnitude = half & 0x7fffu;
  // Move the bias from 15 to 127; a denormal is an integer times 2^-24.
  let normal = (magnitude << 13u) + select(0x38000000u, 0x70000000u, magnitude >= 0x7c00u);
  let denormal = bitcast<u32>(f32(magnitude) * 5.9604645e-8f);
  return bitcast<f32>(select(normal, denormal, magnitude < 0x400u) | ((half & 0x8000u) << 16u));
}`,

  f32_to_f16: `
fn f32_to_f16(x: f32) -> u32 {
  let bits = bitcast<u32>(x);
  let magnitude = bits & 0x7fffffffu;
  let normal = (magnitude - 0x38000000u + 0xfffu + ((magnitude >> 13u) & 1u)) >> 13u;
  // Below 2^-14 the result is a number of 2^-24.
  let denormal = u32(round(abs(x) * 16777216.0f));
  let finite = select(normal, denormal, magnitude < 0x38800000u);
  let special = select(0x7c00u, 0x7e00u, magnitude > 0x7f800000u);
  return select(finite, special, magnitude >= 0x477ff000u) | ((bits >> 16u) & 0x8000u);
}`,

  bf16_to_f32: `
fn bf16_to_f32(half: u32) -> f32 {
  return bitcast<f32>(half << 16u);
}`,

  f32_to_bf16: `
fn f32_to_bf16(x: f32) -> u32 {
  let bits = bitcast<u32>(x);
  let rounded = (bits + 0x7fffu + ((bits >> 16u) & 1u)) >> 16u;
  return select(rounded, (bits >> 16u) | 0x7fc0u, is_nan(x));
}`,

  round_to_f16: `
fn round_to_f16(x: f32) -> f32 {
  return f16_to_f32(f32_to_f16(x));
}`,

  round_to_bf16: `
fn round_to_bf16(x: f32) -> f32 {
  return bf16_to_f32(f32_to_bf16(x));
}`,
} as const;
