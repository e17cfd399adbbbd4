/**
 * Numbers as the nine data types hold them: rounding to each dtype, casts, and the bytes in memory.
 * A scalar is a JavaScript number, or a bigint for int64; bool is 0 or 1. Written for clarity, not for speed, and
 * apart from the conversions that the packages under test use.
 */

import type { DType } from '@tenfold/ir';
import { byteSize, isFloat } from '@tenfold/ir';

/** One element: a bigint for int64, else a number. */
export type Scalar = number | bigint;

const doubles = new Float64Array(1);
const doubleWords = new Uint32Array(doubles.buffer);

/** The unbiased binary exponent of a normal double. */
function exponentOf(x: number): number {
  doubles[0] = x;
  return ((doubleWords[1] >>> 20) & 0x7ff) - 1023;
}

/** The nearest integer, ties to even. */
export function roundHalfEven(x: number): number {
  const up = Math.round(x);
  if (up - x === 0.5 && up % 2 !== 0) return up - 1;
  return up === 0 && x < 0 ? -0 : up;
}

/** The distance between neighbours of `x` in a binary format. */
function unitOf(x: number, fractionBits: number, minExponent: number): number {
  return 2 ** (Math.max(exponentOf(x), minExponent) - fractionBits);
}

function roundToFormat(x: number, fractionBits: number, minExponent: number, greatest: number): number {
  if (!Number.isFinite(x) || x === 0) return x;
  const unit = unitOf(x, fractionBits, minExponent);
  const rounded = roundHalfEven(x / unit) * unit;
  return Math.abs(rounded) > greatest ? Math.sign(x) * Infinity : rounded;
}

/** The nearest float16 (IEEE binary16), ties to even, overflow to infinity. */
export function roundToFloat16(x: number): number {
  return roundToFormat(x, 10, -14, 65504);
}

/** The nearest bfloat16, ties to even, overflow to infinity. */
export function roundToBfloat16(x: number): number {
  return roundToFormat(x, 7, -126, (2 - 2 ** -7) * 2 ** 127);
}

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;

/** A change of one element. */
export type ScalarFunction = (x: Scalar) => Scalar;

const CONFORM: { readonly [D in DType]: ScalarFunction } = {
  float32: (x) => Math.fround(Number(x)),
  float16: (x) => roundToFloat16(Number(x)),
  bfloat16: (x) => roundToBfloat16(Number(x)),
  float64: (x) => Number(x),
  int64: (x) => BigInt.asIntN(64, BigInt(x)),
  int32: (x) => Number(x) | 0,
  int8: (x) => (Number(x) << 24) >> 24,
  uint8: (x) => Number(x) & 0xff,
  bool: (x) => (Number(x) !== 0 ? 1 : 0),
};

/** What brings the exact or double result of an operation into a dtype: rounds floats, wraps integers. */
export function conformTo(dtype: DType): ScalarFunction {
  return CONFORM[dtype];
}

export function conform(dtype: DType, x: Scalar): Scalar {
  return CONFORM[dtype](x);
}

/** Truncates a float towards zero into [low, high]; NaN gives 0. */
function saturate(x: number, low: number, high: number): number {
  return Number.isNaN(x) ? 0 : Math.min(Math.max(Math.trunc(x), low), high);
}

function floatToInt64(x: number): bigint {
  if (x >= 2 ** 63) return 2n ** 63n - 1n;
  if (x <= -(2 ** 63)) return -(2n ** 63n);
  return BigInt(saturate(x, -Infinity, Infinity));
}

/**
 * What converts elements: floats round, integers wrap, anything but zero is true. A float becomes an integer by
 * truncation; beyond the range of int32 (int64 for int64) it saturates, NaN gives 0, and the 8-bit types take the
 * low byte of that int32.
 */
export function castTo(from: DType, to: DType): ScalarFunction {
  const bring = CONFORM[to];
  if (to === 'bool' || isFloat(to)) return bring;
  if (isFloat(from)) {
    if (to === 'int64') return (x) => floatToInt64(Number(x));
    return (x) => bring(saturate(Number(x), INT32_MIN, INT32_MAX));
  }
  return from === 'int64' && to !== 'int64' ? (x) => bring(BigInt.asIntN(32, BigInt(x))) : bring;
}

export function castScalar(from: DType, to: DType, x: Scalar): Scalar {
  return castTo(from, to)(x);
}

const singles = new Float32Array(1);
const singleWords = new Uint32Array(singles.buffer);

function bfloat16Bits(x: number): number {
  singles[0] = roundToBfloat16(x);
  return singleWords[0] >>> 16;
}

function bfloat16Value(bits: number): number {
  singleWords[0] = bits << 16;
  return singles[0];
}

function float16Bits(value: number): number {
  const x = roundToFloat16(value);
  if (Number.isNaN(x)) return 0x7e00;
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  if (x === 0) return sign;
  if (!Number.isFinite(x)) return sign | 0x7c00;
  const exponent = Math.max(exponentOf(x), -14);
  return sign | ((exponent + 14) * 1024 + Math.abs(x) / 2 ** (exponent - 10));
}

function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** Elements of one dtype in a stretch of memory. */
export interface ElementView {
  read(i: number): Scalar;
  write(i: number, x: Scalar): void;
}

type NumberArray = Float64Array | Float32Array | Int32Array | Int8Array;

function numberView(array: NumberArray): ElementView {
  return {
    read: (i) => array[i],
    write: (i, x) => {
      array[i] = Number(x);
    },
  };
}

/** A view whose elements are stored as `bits(x)` and read as `value(bits)`. */
function codedView(
  array: Uint8Array | Uint16Array,
  value: (bits: number) => number,
  bits: (x: number) => number,
): ElementView {
  return {
    read: (i) => value(array[i]),
    write: (i, x) => {
      array[i] = bits(Number(x));
    },
  };
}

function bigintView(array: BigInt64Array): ElementView {
  return {
    read: (i) => array[i],
    write: (i, x) => {
      array[i] = BigInt(x);
    },
  };
}

const isTrue = (x: number): number => (x !== 0 ? 1 : 0);
const lowByte = (x: number): number => x & 0xff;

/** Opens `count` elements that start at `offset` bytes, a multiple of the element's size. */
export function elementView(dtype: DType, memory: ArrayBuffer, offset: number, count: number): ElementView {
  switch (dtype) {
    case 'float64':
      return numberView(new Float64Array(memory, offset, count));
    case 'float32':
      return numberView(new Float32Array(memory, offset, count));
    case 'float16':
      return codedView(new Uint16Array(memory, offset, count), float16Value, float16Bits);
    case 'bfloat16':
      return codedView(new Uint16Array(memory, offset, count), bfloat16Value, bfloat16Bits);
    case 'int64':
      return bigintView(new BigInt64Array(memory, offset, count));
    case 'int32':
      return numberView(new Int32Array(memory, offset, count));
    case 'int8':
      return numberView(new Int8Array(memory, offset, count));
    case 'uint8':
      return codedView(new Uint8Array(memory, offset, count), lowByte, lowByte);
    case 'bool':
      return codedView(new Uint8Array(memory, offset, count), isTrue, isTrue);
  }
}

/** The bytes of a list of elements, little-endian. */
export function encode(dtype: DType, values: readonly Scalar[]): Uint8Array {
  const memory = new ArrayBuffer(values.length * byteSize(dtype));
  const view = elementView(dtype, memory, 0, values.length);
  values.forEach((x, i) => view.write(i, x));
  return new Uint8Array(memory);
}

/** The elements that bytes hold. */
export function decode(dtype: DType, bytes: Uint8Array): Scalar[] {
  const count = bytes.byteLength / byteSize(dtype);
  const memory = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(memory).set(bytes);
  const view = elementView(dtype, memory, 0, count);
  return Array.from({ length: count }, (_, i) => view.read(i));
}

/** The same bits as an element of another dtype of the same width. */
export function recast(from: DType, to: DType, x: Scalar): Scalar {
  return decode(to, encode(from, [x]))[0];
}
