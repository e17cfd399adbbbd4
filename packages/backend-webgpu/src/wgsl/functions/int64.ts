/** Integers of 64 bits as two words, the low one first, in two's complement. Everything wraps. */

export const INT64 = {
  add_i64: `
fn add_i64(a: vec2u, b: vec2u) -> vec2u {
  let low = a.x + b.x;
  return vec2u(low, a.y + b.y + select(0u, 1u, low < a.x));
}`,

  sub_i64: `
fn sub_i64(a: vec2u, b: vec2u) -> vec2u {
  return vec2u(a.x - b.x, a.y - b.y - select(0u, 1u, a.x < b.x));
}`,

  neg_i64: `
fn neg_i64(a: vec2u) -> vec2u {
  return sub_i64(vec2u(), a);
}`,

  /** All 64 bits of a product. */
  mul_wide: `
fn mul_wide(a: u32, b: u32) -> vec2u {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let middle = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let other = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
  return vec2u((other << 16u) | (low & 0xffffu), (a >> 16u) * (b >> 16u) + (middle >> 16u) + (other >> 16u));
}`,

  mul_i64: `
fn mul_i64(a: vec2u, b: vec2u) -> vec2u {
  let product = mul_wide(a.x, b.x);
  return vec2u(product.x, product.y + a.x * b.y + a.y * b.x);
}`,

  lt_i64: `
fn lt_i64(a: vec2u, b: vec2u) -> bool {
  return (bitcast<i32>(a.y) < bitcast<i32>(b.y)) | ((a.y == b.y) & (a.x < b.x));
}`,

  eq_i64: `
fn eq_i64(a: vec2u, b: vec2u) -> bool {
  return (a.x == b.x) & (a.y == b.y);
}`,

  is_negative: `
fn is_negative(a: vec2u) -> bool {
  return bitcast<i32>(a.y) < 0;
}`,

  abs_i64: `
fn abs_i64(a: vec2u) -> vec2u {
  return select(a, neg_i64(a), is_negative(a));
}`,

  sign_i64: `
fn sign_i64(a: vec2u) -> vec2u {
  let positive = vec2u(select(1u, 0u, (a.x | a.y) == 0u), 0u);
  return select(positive, vec2u(0xffffffffu), is_negative(a));
}`,

  max_i64: `
fn max_i64(a: vec2u, b: vec2u) -> vec2u {
  return select(a, b, lt_i64(a, b));
}`,

  min_i64: `
fn min_i64(a: vec2u, b: vec2u) -> vec2u {
  return select(b, a, lt_i64(a, b));
}`,

  /** Shift counts are taken modulo 64. */
  shl_i64: `
fn shl_i64(a: vec2u, count: vec2u) -> vec2u {
  let by = count.x & 31u;
  let low = a.x << by;
  let high = (a.y << by) | ((a.x >> 1u) >> (31u - by));
  return select(vec2u(low, high), vec2u(0u, low), (count.x & 32u) != 0u);
}`,

  shr_i64: `
fn shr_i64(a: vec2u, count: vec2u) -> vec2u {
  let by = count.x & 31u;
  let low = (a.x >> by) | ((a.y << 1u) << (31u - by));
  let high = bitcast<u32>(bitcast<i32>(a.y) >> by);
  let fill = bitcast<u32>(bitcast<i32>(a.y) >> 31u);
  return select(vec2u(low, high), vec2u(high, fill), (count.x & 32u) != 0u);
}`,

  /** The other way than shr_i64, zeros come in; count is less than 64. */
  shr_u64: `
fn shr_u64(a: vec2u, count: u32) -> vec2u {
  let by = count & 31u;
  let low = (a.x >> by) | ((a.y << 1u) << (31u - by));
  let high = a.y >> by;
  return select(vec2u(low, high), vec2u(high, 0u), count >= 32u);
}`,

  /** Squares and multiplies; a negative power truncates towards zero. */
  pow_i64: `
fn pow_i64(a: vec2u, b: vec2u) -> vec2u {
  let one = vec2u(1u, 0u);
  let minus_one = vec2u(0xffffffffu);
  if (is_negative(b)) {
    let unit = eq_i64(a, one) | eq_i64(a, minus_one);
    return select(vec2u(), select(a, one, (b.x & 1u) == 0u), unit);
  }
  var result = one;
  var base = a;
  for (var rest = b; (rest.x | rest.y) != 0u; rest = shr_i64(rest, one)) {
    result = select(result, mul_i64(result, base), (rest.x & 1u) == 1u);
    base = mul_i64(base, base);
  }
  return result;
}`,

  beats_max_i64: `
fn beats_max_i64(value: vec2u, position: i32, best: vec2u, best_position: i32) -> bool {
  return lt_i64(best, value) | (eq_i64(value, best) & (position < best_position));
}`,

  beats_min_i64: `
fn beats_min_i64(value: vec2u, position: i32, best: vec2u, best_position: i32) -> bool {
  return lt_i64(value, best) | (eq_i64(value, best) & (position < best_position));
}`,
} as const;
