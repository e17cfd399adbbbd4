/**
 * Elements in memory and values in registers. Memory is an array of words of 32 bits, little-endian: a word holds four
 * elements of 8 bits or two of 16 bits, and an int64 takes two words.
 */

import type { DType } from '@tenfold/ir';
import { byteSize } from '@tenfold/ir';
import type { Library } from './library.ts';

/**
 * Element `index` of a slab, counted in elements from its start. `index` is an i32 or u32 expression, simple enough to be
 * repeated; `word` gives the u32 expression that reads a word of the slab, from an index of the same type.
 */
export function decodeElement(
  lib: Library,
  dtype: DType,
  word: (index: string) => string,
  index: string,
): string {
  switch (byteSize(dtype)) {
    case 8:
      return `vec2u(${word(`(${index} * 2)`)}, ${word(`(${index} * 2 + 1)`)})`;
    case 4:
      return decodeBits(lib, dtype, word(index));
    default: {
      const [perWord, bits] = byteSize(dtype) === 2 ? [2, 16] : [4, 8];
      const at = `(u32(${index}) & ${perWord - 1}u) * ${bits}u`;
      return decodeBits(lib, dtype, `(${word(`(${index} >> ${perWord / 2}u)`)} >> (${at}))`);
    }
  }
}

/** The value that bits stand for: those of a u32, of which narrow dtypes take the low ones; of int64 a vec2u. */
export function decodeBits(lib: Library, dtype: DType, bits: string): string {
  switch (dtype) {
    case 'int64':
      return bits;
    case 'int32':
      return `bitcast<i32>(${bits})`;
    case 'int8':
      return lib.call('wrap_i8', `bitcast<i32>(${bits})`);
    case 'uint8':
      return `bitcast<i32>(${bits} & 0xffu)`;
    case 'bool':
      return `((${bits} & 0xffu) != 0u)`;
    case 'float16':
      return lib.call('f16_to_f32', bits);
    case 'bfloat16':
      return lib.call('bf16_to_f32', bits);
    default:
      return lib.call('float_of', bits);
  }
}

/** The bits of a value: a u32, the upper bits of which are 0 for narrow dtypes, or a vec2u for int64. */
export function encodeElement(lib: Library, dtype: DType, value: string): string {
  switch (dtype) {
    case 'int64':
      return value;
    case 'int8':
    case 'uint8':
      return `(bitcast<u32>(${value}) & 0xffu)`;
    case 'bool':
      return `select(0u, 1u, ${value})`;
    case 'float16':
      return lib.call('f32_to_f16', value);
    case 'bfloat16':
      return lib.call('f32_to_bf16', value);
    default:
      return `bitcast<u32>(${value})`;
  }
}
