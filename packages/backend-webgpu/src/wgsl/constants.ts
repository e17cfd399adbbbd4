/**
 * Numbers as WGSL of each dtype, and how numbers are folded together. As in casts, integers saturate at 32 or 64 bits,
 * wrap to narrower ones, and are 0 for NaN.
 */

import type { DType, ScanKind } from '@tenfold/ir';
import { cast } from './casts.ts';
import type { Library } from './library.ts';
import { binary } from './operations.ts';
import { valueType } from './types.ts';

/** Any number as an expression: a literal, or a call where WGSL has no such literal (NaN, infinities, -0). */
export function constant(lib: Library, value: number, dtype: DType): string {
  switch (valueType(dtype)) {
    case 'f32':
      return float(lib, dtype, Math.fround(value));
    case 'i32':
      return integer(toLane32(dtype, value));
    case 'vec2u':
      return words(toInt64(value));
    case 'bool':
      return value === 0 ? 'false' : 'true';
  }
}

const SMALLEST_NORMAL = 2 ** -126;

function float(lib: Library, dtype: DType, value: number): string {
  const bits = new Uint32Array(new Float32Array([value]).buffer)[0];
  if (!Number.isFinite(value)) return lib.call('special_float', `0x${bits.toString(16)}u`);
  const plain = Math.abs(value) >= SMALLEST_NORMAL || Object.is(value, 0);
  const literal = value < 0 ? `(${value}f)` : `${value}f`;
  const text = plain ? literal : lib.call('float_of', `0x${bits.toString(16)}u`);
  return isNumberOf(dtype, bits) ? text : cast(lib, 'float32', dtype, text);
}

/** Whether the finite float32 with these bits is zero or a normal number of the dtype. */
function isNumberOf(dtype: DType, bits: number): boolean {
  const exponent = ((bits >>> 23) & 0xff) - 127;
  if (dtype === 'float32' || bits << 1 === 0) return true;
  return dtype === 'bfloat16' ? (bits & 0xffff) === 0 : (bits & 0x1fff) === 0 && Math.abs(exponent) < 15;
}

function integer(value: number): string {
  if (value === -(2 ** 31)) return '(-2147483647i - 1i)';
  return value < 0 ? `(${value}i)` : `${value}i`;
}

function words(value: bigint): string {
  return `vec2u(${BigInt.asUintN(32, value)}u, ${BigInt.asUintN(32, value >> 32n)}u)`;
}

function toLane32(dtype: DType, value: number): number {
  const whole = Number.isNaN(value) ? 0 : Math.min(Math.max(Math.trunc(value), -(2 ** 31)), 2 ** 31 - 1);
  if (dtype === 'int8') return (whole << 24) >> 24;
  return dtype === 'uint8' ? whole & 0xff : whole;
}

function toInt64(value: number): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= 2 ** 63) return 2n ** 63n - 1n;
  return value <= -(2 ** 63) ? -(2n ** 63n) : BigInt(Math.trunc(value));
}

/** The least and the greatest number of the dtypes that do not saturate at it by themselves. */
const BOUNDS: { readonly [D in DType]?: readonly [number, number] } = {
  int8: [-128, 127],
  uint8: [0, 255],
  bool: [0, 1],
};

/** What changes nothing when it is combined. */
export function identity(lib: Library, kind: ScanKind, dtype: DType): string {
  const [lowest, highest] = BOUNDS[dtype] ?? [-Infinity, Infinity];
  return constant(lib, { sum: 0, prod: 1, max: lowest, min: highest }[kind], dtype);
}

const FOLDS = { sum: 'add', prod: 'mul', max: 'max', min: 'min' } as const;

/** `a` and `b` folded together. Floats propagate NaN in `max` and `min`, narrow integers wrap. */
export function combine(lib: Library, kind: ScanKind, dtype: DType, a: string, b: string): string {
  return binary(lib, FOLDS[kind], dtype, a, b);
}

const BEATS = {
  argmax: { f32: 'beats_max_f32', i32: 'beats_max_i32', vec2u: 'beats_max_i64', bool: 'beats_max_i32' },
  argmin: { f32: 'beats_min_f32', i32: 'beats_min_i32', vec2u: 'beats_min_i64', bool: 'beats_min_i32' },
} as const;

/**
 * Whether a candidate takes the place of the best of argmax or argmin so far (bool): it is more extreme, as NaN is more
 * extreme than anything, or as extreme and comes first. Positions are i32.
 */
export function beats(
  lib: Library,
  kind: 'argmax' | 'argmin',
  dtype: DType,
  value: string,
  position: string,
  best: string,
  bestPosition: string,
): string {
  const type = valueType(dtype);
  const [x, y] = type === 'bool' ? [`i32(${value})`, `i32(${best})`] : [value, best];
  return lib.call(BEATS[kind][type], x, position, y, bestPosition);
}
