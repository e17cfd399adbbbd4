/**
 * Integers of 32 bits. Quotients and remainders round towards minus infinity and are 0 where the divisor is 0; shift
 * counts are taken modulo 32.
 */

export const INT32 = {
  /** An operand that the compiler does not compute with: it refuses a constant expression that overflows. */
  plain_i32: `
fn plain_i32(x: i32) -> i32 {
  return x;
}`,

  /** As plain_i32. */
  plain_f32: `
fn plain_f32(x: f32) -> f32 {
  return x;
}`,

  idiv_i32: `
fn idiv_i32(a: i32, b: i32) -> i32 {
  let divisor = select(b, 1, b == 0);
  let quotient = a / divisor;
  let rest = a - quotient * divisor;
  let floored = quotient - select(0, 1, (rest != 0) & ((rest ^ divisor) < 0));
  return select(floored, 0, b == 0);
}`,

  mod_i32: `
fn mod_i32(a: i32, b: i32) -> i32 {
  return select(a - idiv_i32(a, b) * b, 0, b == 0);
}`,

  shl_i32: `
fn shl_i32(a: i32, count: i32) -> i32 {
  return a << (u32(count) & 31u);
}`,

  shr_i32: `
fn shr_i32(a: i32, count: i32) -> i32 {
  return a >> (u32(count) & 31u);
}`,

  /** Squares and multiplies; a negative power truncates towards zero. */
  pow_i32: `
fn pow_i32(a: i32, b: i32) -> i32 {
  var result = 1;
  var base = a;
  for (var rest = b; rest > 0; rest >>= 1u) {
    result = select(result, result * base, (rest & 1) == 1);
    base *= base;
  }
  let reciprocal = select(select(0, 1 - 2 * (b & 1), a == -1), 1, a == 1);
  return select(result, reciprocal, b < 0);
}`,

  wrap_i8: `
fn wrap_i8(x: i32) -> i32 {
  return (x << 24u) >> 24u;
}`,

  wrap_u8: `
fn wrap_u8(x: i32) -> i32 {
  return x & 255;
}`,

  beats_max_i32: `
fn beats_max_i32(value: i32, position: i32, best: i32, best_position: i32) -> bool {
  return (value > best) | ((value == best) & (position < best_position));
}`,

  beats_min_i32: `
fn beats_min_i32(value: i32, position: i32, best: i32, best_position: i32) -> bool {
  return (value < best) | ((value == best) & (position < best_position));
}`,
} as const;
