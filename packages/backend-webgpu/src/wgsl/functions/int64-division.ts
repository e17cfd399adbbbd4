/**
 * Division of 64-bit integers by 32-bit ones, without a loop: H. S. Warren, "Hacker's Delight", 2nd edition, figures 9-3
 * (two words by one) and 9-5 (two words by two). Quotients round towards minus infinity; by 0 they are 0.
 */

export const INT64_DIVISION = {
  /** One digit of 16 bits: (rest · 2^16 + next) / divisor, where the divisor's highest bit is set and rest < divisor. */
  divide_digit: `
fn divide_digit(rest: u32, next: u32, divisor: u32) -> vec2u {
  let high = divisor >> 16u;
  let low = divisor & 0xffffu;
  var digit = rest / high;
  var left = rest - digit * high;
  // The estimate is at most two too large.
  for (var i = 0; i < 2; i++) {
    if ((left < 0x10000u) & ((digit > 0xffffu) | (digit * low > ((left << 16u) | next)))) {
      digit -= 1u;
      left += high;
    }
  }
  return vec2u(digit, (rest << 16u) + next - digit * divisor);
}`,

  /** The quotient of two words by one that is greater than the high word. */
  divide_wide: `
fn divide_wide(a: vec2u, b: u32) -> u32 {
  let up = countLeadingZeros(b);
  let divisor = b << up;
  let high = (a.y << up) | ((a.x >> 1u) >> (31u - up));
  let low = a.x << up;
  let first = divide_digit(high, low >> 16u, divisor);
  let second = divide_digit(first.y, low & 0xffffu, divisor);
  return (first.x << 16u) + second.x;
}`,

  /** The quotient of unsigned numbers; the divisor is not 0. */
  divide_u64: `
fn divide_u64(a: vec2u, b: vec2u) -> vec2u {
  if ((a.y | b.y) == 0u) {
    return vec2u(a.x / b.x, 0u);
  }
  if (b.y == 0u) {
    let high = a.y / b.x;
    return vec2u(divide_wide(vec2u(a.x, a.y - high * b.x), b.x), high);
  }
  // The divisor's first 32 bits give a quotient that is at most one too large.
  let up = countLeadingZeros(b.y);
  let divisor = (b.y << up) | ((b.x >> 1u) >> (31u - up));
  let estimate = divide_wide(vec2u((a.x >> 1u) | (a.y << 31u), a.y >> 1u), divisor) >> (31u - up);
  let quotient = vec2u(max(estimate, 1u) - 1u, 0u);
  let rest = sub_i64(a, mul_i64(quotient, b));
  let enough = (rest.y > b.y) | ((rest.y == b.y) & (rest.x >= b.x));
  return vec2u(quotient.x + select(0u, 1u, enough), 0u);
}`,

  idiv_i64: `
fn idiv_i64(a: vec2u, b: vec2u) -> vec2u {
  if ((b.x | b.y) == 0u) {
    return vec2u();
  }
  let quotient = divide_u64(abs_i64(a), abs_i64(b));
  if (is_negative(a) == is_negative(b)) {
    return quotient;
  }
  let floored = neg_i64(quotient);
  return sub_i64(floored, vec2u(select(1u, 0u, eq_i64(mul_i64(floored, b), a)), 0u));
}`,

  mod_i64: `
fn mod_i64(a: vec2u, b: vec2u) -> vec2u {
  return select(sub_i64(a, mul_i64(idiv_i64(a, b), b)), vec2u(), (b.x | b.y) == 0u);
}`,
} as const;
