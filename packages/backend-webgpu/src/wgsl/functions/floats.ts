/**
 * Floats by their bits. A WGSL compiler may take it that NaN and infinity never occur and may flush denormals, so what
 * depends on them (comparisons, extrema, choices) is decided by integers, and infinity and NaN are never written as
 * constants of a float: the integer that stands for them is chosen, and reinterpreted at last.
 */

export const FLOATS = {
  /** The float with these bits. */
  float_of: `
fn float_of(bits: u32) -> f32 {
  return bitcast<f32>(bits);
}`,

  /** As float_of, of NaN and infinities: constants that compilers must not know, lest they compute with them. */
  special_float: `
fn special_float(bits: u32) -> f32 {
  return bitcast<f32>(bits ^ unknown_zero());
}`,

  /** Shaders replace it by a 0 that is only known when they run. */
  unknown_zero: `
fn unknown_zero() -> u32 {
  return 0u;
}`,

  /**
   * x, kept apart from what is computed with it next. Compilers may rewrite (x - n·c) - n·d as x - n·(c + d), and do so,
   * where n·c and n·d were to be taken away one after another. They do not know that n is an integer of less than 2^23,
   * so that its last bit is 0.
   */
  apart: `
fn apart(x: f32, n: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(x) ^ (bitcast<u32>(n) & 1u));
}`,

  is_nan: `
fn is_nan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}`,

  /** An integer that is ordered as the number is; both zeros give 0, NaN is beyond infinity. */
  order_of: `
fn order_of(x: f32) -> i32 {
  let magnitude = bitcast<i32>(x) & 0x7fffffff;
  return select(magnitude, -magnitude, bitcast<i32>(x) < 0);
}`,

  lt_f32: `
fn lt_f32(a: f32, b: f32) -> bool {
  return (order_of(a) < order_of(b)) & !is_nan(a) & !is_nan(b);
}`,

  le_f32: `
fn le_f32(a: f32, b: f32) -> bool {
  return (order_of(a) <= order_of(b)) & !is_nan(a) & !is_nan(b);
}`,

  eq_f32: `
fn eq_f32(a: f32, b: f32) -> bool {
  return (order_of(a) == order_of(b)) & !is_nan(a);
}`,

  /** As order_of, but -0 comes before 0, and NaN has the place that is given. */
  total_order: `
fn total_order(x: f32, nan: i32) -> i32 {
  let bits = bitcast<i32>(x);
  return select(bits ^ ((bits >> 31u) & 0x7fffffff), nan, is_nan(x));
}`,

  /** The float that has this place in total_order. */
  of_total_order: `
fn of_total_order(order: i32) -> f32 {
  return bitcast<f32>(order ^ ((order >> 31u) & 0x7fffffff));
}`,

  where_f32: `
fn where_f32(condition: bool, yes: f32, no: f32) -> f32 {
  return bitcast<f32>(select(bitcast<u32>(no), bitcast<u32>(yes), condition));
}`,

  max_f32: `
fn max_f32(a: f32, b: f32) -> f32 {
  return where_f32(total_order(a, 0x7fffffff) >= total_order(b, 0x7fffffff), a, b);
}`,

  min_f32: `
fn min_f32(a: f32, b: f32) -> f32 {
  return where_f32(total_order(a, -0x7fffffff) <= total_order(b, -0x7fffffff), a, b);
}`,

  sign_f32: `
fn sign_f32(x: f32) -> f32 {
  return f32(select(sign(order_of(x)), 0, is_nan(x)));
}`,

  /** The place of a number among candidates of argmax or argmin: the same for both zeros, the given one for NaN. */
  place_of: `
fn place_of(x: f32, nan: i32) -> i32 {
  return select(order_of(x), nan, is_nan(x));
}`,

  /** The float that has this place. */
  of_place: `
fn of_place(place: i32) -> f32 {
  return bitcast<f32>(select(place, -place | i32(-0x7fffffff - 1), place < 0));
}`,

  /** Of argmax: greater values and NaN come first, then lower positions. */
  beats_max_f32: `
fn beats_max_f32(value: f32, position: i32, best: f32, best_position: i32) -> bool {
  let candidate = place_of(value, 0x7fffffff);
  let present = place_of(best, 0x7fffffff);
  return (candidate > present) | ((candidate == present) & (position < best_position));
}`,

  beats_min_f32: `
fn beats_min_f32(value: f32, position: i32, best: f32, best_position: i32) -> bool {
  let candidate = place_of(value, -0x7fffffff);
  let present = place_of(best, -0x7fffffff);
  return (candidate < present) | ((candidate == present) & (position < best_position));
}`,
} as const;
