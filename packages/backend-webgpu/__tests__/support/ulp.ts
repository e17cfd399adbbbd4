/** Samples of float32, and the error of float32 results in units in the last place. */

/** The least normal float32: what is below may be 0 on a GPU. */
const SMALLEST_NORMAL = 2 ** -126;

/** Float32 values at even distances of their bit patterns: both signs, all exponents, infinities, NaN; no denormals. */
export function allMagnitudes(count: number): number[] {
  const stride = Math.floor(2 ** 32 / count);
  const bits = Uint32Array.from({ length: count }, (_, i) => i * stride);
  const special = [0, -0, 1, -1, Infinity, -Infinity, NaN, SMALLEST_NORMAL, 3.4028234663852886e38];
  return [...special, ...[...new Float32Array(bits.buffer)].map(flushed)];
}

/** A denormal as zero, which is what a GPU may take it for. */
export function flushed(x: number): number {
  if (Math.abs(x) >= SMALLEST_NORMAL || Number.isNaN(x)) return x;
  return Math.sign(x) < 0 || Object.is(x, -0) ? -0 : 0;
}

/** Float32 values evenly spaced in [from, to]. */
export function evenly(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.fround(from + ((to - from) * i) / (count - 1)));
}

const doubles = new Float64Array(1);
const words = new Uint32Array(doubles.buffer);

/** The distance between float32 values next to x. */
function unitOf(x: number): number {
  doubles[0] = Math.abs(x);
  return 2 ** Math.max((words[1] >>> 20) - 1023 - 23, -149);
}

/**
 * How far a float32 is from the exact result, in units in its last place: infinite where only one of them is NaN or of
 * another sign. Where the exact result is next to the denormals, a GPU may have taken such a number for 0.
 */
export function ulpError(actual: number, exact: number): number {
  if (Number.isNaN(actual) && Number.isNaN(exact)) return 0;
  if (actual === Math.fround(exact) && !Number.isFinite(actual)) return 0;
  // Infinity stands for the number after the greatest one.
  const [a, b] = [actual, exact].map((x) => Math.min(Math.max(x, -(2 ** 128)), 2 ** 128));
  const error = Math.abs(a - b);
  if (Number.isNaN(error)) return Infinity;
  if (Math.abs(exact) < 2 * SMALLEST_NORMAL && error <= SMALLEST_NORMAL) return 0;
  return error / unitOf(Math.min(Math.abs(b), 2 ** 127));
}
