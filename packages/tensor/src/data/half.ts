/**
 * float16 and bfloat16 as 16-bit patterns. JavaScript computes in doubles and has no half-width floats everywhere,
 * so values cross this file on their way in and out. Rounding is to nearest, ties to even.
 */

const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** The bfloat16 pattern nearest to a number: the upper half of its float32, rounded. */
export function toBfloat16(value: number): number {
  const word = roundToOdd(value);
  if ((word & 0x7fffffff) > 0x7f800000) return 0x7fc0;
  return ((word + 0x7fff + ((word >>> 16) & 1)) >>> 16) & 0xffff;
}

/** The number a bfloat16 pattern stands for. */
export function fromBfloat16(pattern: number): number {
  bits[0] = pattern << 16;
  return single[0];
}

/** The float16 (IEEE binary16) pattern nearest to a number; beyond 65504 that is infinity. */
export function toFloat16(value: number): number {
  const word = roundToOdd(value);
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // 65520 is half way between the greatest float16 and what would be the next.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  const exponent = magnitude >>> 23;
  // Below 2^-14 the result is subnormal: more bits of the fraction fall away.
  const shift = exponent >= 113 ? 13 : Math.min(126 - exponent, 31);
  const mantissa = exponent >= 113 ? magnitude - (112 << 23) : (magnitude & 0x7fffff) | 0x800000;
  const kept = mantissa >>> shift;
  const rest = mantissa - kept * 2 ** shift;
  const half = 2 ** (shift - 1);
  const up = rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0;
  return sign | (kept + up);
}

/** The number a float16 pattern stands for. */
export function fromFloat16(pattern: number): number {
  const sign = pattern & 0x8000 ? -1 : 1;
  const exponent = (pattern >>> 10) & 0x1f;
  const fraction = pattern & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/**
 * The float32 bits of a number, where a number between two float32 takes the one with an odd last bit. Rounding that
 * once more gives what rounding the number directly would: no double rounding.
 */
function roundToOdd(value: number): number {
  single[0] = value;
  if (single[0] !== value && Number.isFinite(value)) {
    const tooFar = Math.abs(single[0]) > Math.abs(value);
    if (tooFar) bits[0] -= 1;
    bits[0] |= 1;
  }
  return bits[0];
}
