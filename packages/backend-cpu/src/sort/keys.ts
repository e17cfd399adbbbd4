/**
 * Elements as keys whose order as signed integers is the order of sorting: NaN above all numbers, -0 equal to 0, everything
 * turned round for descending order. A key is one 32-bit word, or two for 64-bit types; narrow types stand at the top of
 * the word, and only their bytes are sorted by.
 */

import type { DType } from '@tenfold/ir';
import { byteSize } from '@tenfold/ir';
import { i32, select } from '../wasm/index.ts';
import type { Expr, FunctionBuilder, Local } from '../wasm/index.ts';

/** Where one row is read and written, as addresses. */
export interface Row {
  /** The row's first element, and its first position. */
  readonly input: Local<'i32'>;
  readonly output: Local<'i32'>;
  /** Bytes from one element to the next. */
  readonly inputStep: number;
  readonly outputStep: number;
}

export interface KeyType {
  /** Words of a key, the low one first. */
  readonly words: 1 | 2;
  /** Bytes of the key that differ between elements, the least significant first. */
  readonly digits: readonly number[];
  /** The key of the element at an address. */
  load(code: FunctionBuilder, address: Expr<'i32'>): Local<'i32'>[];
}

/** Infinity, in the word that has sign and exponent. */
const INFINITY: { readonly [D in DType]?: number } = {
  float64: 0x7ff00000,
  float32: 0x7f800000,
  bfloat16: 0x7f800000,
  float16: 0x7c000000,
};
const SIGN = -0x80000000;
const MAGNITUDE = 0x7fffffff;

export function keyType(dtype: DType, descending: boolean): KeyType {
  const bytes = byteSize(dtype);
  const words = bytes === 8 ? 2 : 1;
  const infinity = INFINITY[dtype];
  const top = 4 * words;
  return {
    words,
    digits: Array.from({ length: bytes }, (_, i) => top - bytes + i),
    load(code, address) {
      const key = loadWords(address, bytes).map((word) => code.let(word));
      if (infinity !== undefined) orderFloat(code, key, infinity);
      else if (dtype === 'uint8' || dtype === 'bool') code.set(key[words - 1], i32.xor(key[words - 1], SIGN));
      if (descending) for (const word of key) code.set(word, i32.xor(word, -1));
      return key;
    },
  };
}

function loadWords(address: Expr<'i32'>, bytes: number): Expr<'i32'>[] {
  if (bytes === 1) return [i32.shl(i32.load8_u(address), 24)];
  if (bytes === 2) return [i32.shl(i32.load16_u(address), 16)];
  return Array.from({ length: bytes / 4 }, (_, i) => i32.load(address, 4 * i));
}

/** Sign and magnitude as a signed number in the same order: the other bits of negative numbers are turned. */
function orderFloat(code: FunctionBuilder, key: readonly Local<'i32'>[], infinity: number): void {
  const high = key[key.length - 1];
  const low = key.length === 2 ? key[0] : undefined;
  const magnitude = code.let(i32.and(high, MAGNITUDE));
  const beyond = i32.gt_u(magnitude, infinity);
  const isNaN = code.let(low ? i32.or(beyond, i32.and(i32.eq(magnitude, infinity), i32.ne(low, 0))) : beyond);
  const negativeZero = i32.eq(low ? i32.or(i32.xor(high, SIGN), low) : i32.xor(high, SIGN), 0);
  code.set(high, select(i32.const(0), high, negativeZero));
  const sign = code.let(i32.shr_s(high, 31));
  if (low) code.set(low, select(i32.const(-1), i32.xor(low, sign), isNaN));
  code.set(high, select(i32.const(MAGNITUDE), i32.xor(high, i32.and(sign, MAGNITUDE)), isNaN));
}
