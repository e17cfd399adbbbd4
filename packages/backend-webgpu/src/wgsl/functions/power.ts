/** a^b of float32, with the special cases of C's pow. */

export const POWER = {
  pow_f32: `
fn pow_f32(a: f32, b: f32) -> f32 {
  let height = bitcast<u32>(a) & 0x7fffffffu;
  let positive = pow(bitcast<f32>(height), b);
  let half = b * 0.5f;
  let integer = trunc(b) == b;
  let odd = integer & (trunc(half) != half);
  let sign = select(0u, bitcast<u32>(a) & 0x80000000u, odd);
  let result = bitcast<u32>(positive) | sign;
  let between = (a < 0.0f) & (height < 0x7f800000u) & !integer;
  let wild = select(result, 0x7fc00000u, between | is_nan(a) | is_nan(b));
  let plus_one = (bitcast<u32>(b) & 0x7fffffffu) == 0u;
  return bitcast<f32>(select(wild, 0x3f800000u, plus_one | (bitcast<u32>(a) == 0x3f800000u)));
}`,
} as const;
