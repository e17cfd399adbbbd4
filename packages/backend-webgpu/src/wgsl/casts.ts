/**
 * Casts between dtypes, as WGSL expressions. Floats become integers by truncation (saturating, NaN gives 0), integers
 * wrap, anything but zero is true. The half floats are rounded here and when they are stored, never in between.
 */

import type { DType } from '@tenfold/ir';
import type { FunctionName, Library } from './library.ts';
import { decodeBits, encodeElement } from './elements.ts';
import { valueType } from './types.ts';

const ROUND: { readonly [D in DType]?: FunctionName } = {
  float16: 'round_to_f16',
  bfloat16: 'round_to_bf16',
};

const isNarrow = (dtype: DType): boolean => dtype === 'int8' || dtype === 'uint8';

/** A value as the type in which `to` is computed, not yet rounded or wrapped. */
function convert(lib: Library, from: DType, to: DType, x: string): string {
  const [source, target] = [valueType(from), valueType(to)];
  if (source === target) return x;
  switch (target) {
    case 'f32':
      if (source === 'bool') return `select(0f, 1f, ${x})`;
      if (isNarrow(from)) return `f32(${x})`;
      if (source === 'i32') return lib.call(to === 'bfloat16' ? 'i32_to_odd_f32' : 'i32_to_f32', x);
      return lib.call(to === 'bfloat16' ? 'i64_to_odd_f32' : 'i64_to_f32', x);
    case 'i32':
      if (source === 'bool') return `select(0i, 1i, ${x})`;
      return source === 'f32' ? lib.call('f32_to_i32', x) : `bitcast<i32>(${x}.x)`;
    case 'vec2u':
      if (source === 'bool') return lib.call('bool_to_i64', x);
      return lib.call(source === 'f32' ? 'f32_to_i64' : 'i32_to_i64', x);
    case 'bool':
      if (source === 'i32') return `(${x} != 0i)`;
      return lib.call(source === 'f32' ? 'f32_to_bool' : 'i64_to_bool', x);
  }
}

export function cast(lib: Library, from: DType, to: DType, x: string): string {
  if (from === to) return x;
  const converted = convert(lib, from, to, x);
  if (from === 'bool') return converted;
  if (to === 'int8') return lib.call('wrap_i8', converted);
  if (to === 'uint8') return lib.call('wrap_u8', converted);
  const round = ROUND[to];
  // Every integer of 8 bits is a half float.
  return round === undefined || isNarrow(from) ? converted : lib.call(round, converted);
}

/** The same bits as another dtype of the same width. */
export function bitcast(lib: Library, from: DType, to: DType, x: string): string {
  return from === to ? x : decodeBits(lib, to, encodeElement(lib, from, x));
}
