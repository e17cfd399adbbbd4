/**
 * Which JavaScript array holds which dtype. Half-width floats are handed out as Float32Array, which holds each of
 * their values exactly, in every engine alike.
 */

import { byteSize } from '@tenfold/ir';
import type { DType } from '@tenfold/ir';
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from './half.ts';

/** What `data()` resolves to: float16 and bfloat16 as Float32Array, bool as Uint8Array of 0 and 1. */
export type TensorData = Float32Array | Float64Array | BigInt64Array | Int32Array | Int8Array | Uint8Array;

/** Arrays that tensors can be made from. 16-bit integers become int32, uint32 becomes int64. */
export type TypedArray =
  TensorData | Uint8ClampedArray | Int16Array | Uint16Array | Uint32Array | BigUint64Array;

/** The dtype of a tensor made from a typed array. */
export function dtypeOfArray(array: TypedArray): DType {
  if (array instanceof Float32Array) return 'float32';
  if (array instanceof Float64Array) return 'float64';
  if (array instanceof Int32Array || array instanceof Int16Array || array instanceof Uint16Array)
    return 'int32';
  if (array instanceof Int8Array) return 'int8';
  if (array instanceof Uint8Array || array instanceof Uint8ClampedArray) return 'uint8';
  return 'int64';
}

export function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** Reads elements out of bytes of a dtype. The bytes may be shared with the result. */
export function decode(bytes: Uint8Array, dtype: DType): TensorData {
  const { buffer, byteOffset, length } = aligned(bytes, byteSize(dtype));
  const count = length / byteSize(dtype);
  switch (dtype) {
    case 'float32':
      return new Float32Array(buffer, byteOffset, count);
    case 'float64':
      return new Float64Array(buffer, byteOffset, count);
    case 'float16':
      return Float32Array.from(new Uint16Array(buffer, byteOffset, count), fromFloat16);
    case 'bfloat16':
      return Float32Array.from(new Uint16Array(buffer, byteOffset, count), fromBfloat16);
    case 'int64':
      return new BigInt64Array(buffer, byteOffset, count);
    case 'int32':
      return new Int32Array(buffer, byteOffset, count);
    case 'int8':
      return new Int8Array(buffer, byteOffset, count);
    case 'uint8':
    case 'bool':
      return new Uint8Array(buffer, byteOffset, count);
  }
}

/** Writes elements as bytes of a dtype: floats round to nearest even, integers wrap, anything but 0 is true. */
export function encode(values: ArrayLike<number | bigint | boolean>, dtype: DType): Uint8Array {
  return asBytes(encodeArray(values, dtype));
}

function encodeArray(values: ArrayLike<number | bigint | boolean>, dtype: DType): ArrayBufferView {
  switch (dtype) {
    case 'float32':
      return Float32Array.from(values, Number);
    case 'float64':
      return Float64Array.from(values, Number);
    case 'float16':
      return Uint16Array.from(values, (x) => toFloat16(Number(x)));
    case 'bfloat16':
      return Uint16Array.from(values, (x) => toBfloat16(Number(x)));
    case 'int64':
      return BigInt64Array.from(values, toBigInt);
    case 'int32':
      return Int32Array.from(values, toInteger);
    case 'int8':
      return Int8Array.from(values, toInteger);
    case 'uint8':
      return Uint8Array.from(values, toInteger);
    case 'bool':
      return Uint8Array.from(values, (x) => (Number(x) !== 0 ? 1 : 0));
  }
}

function toBigInt(x: number | bigint | boolean): bigint {
  return typeof x === 'number' ? BigInt(Number.isFinite(x) ? Math.trunc(x) : 0) : BigInt(x);
}

function toInteger(x: number | bigint | boolean): number {
  return Number(typeof x === 'bigint' ? BigInt.asIntN(32, x) : x);
}

/** The bytes of an array, shared. */
export function asBytes(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** The same bytes at an offset that typed arrays of this element size accept; copied only if need be. */
function aligned(bytes: Uint8Array, elementSize: number): Uint8Array {
  return bytes.byteOffset % elementSize === 0 ? bytes : bytes.slice();
}
