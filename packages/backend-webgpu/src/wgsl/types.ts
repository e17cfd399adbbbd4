/**
 * The WGSL types in which values of each dtype are computed. Half floats are computed in float32 and rounded when they
 * are cast or stored; narrow integers are int32, wrapped after each operation; int64 is its two words, the low one first.
 */

import type { DType } from '@tenfold/ir';
import { unreachable } from '@tenfold/ir';

export type ValueType = 'f32' | 'i32' | 'bool' | 'vec2u';

const VALUE_TYPES: { readonly [D in DType]?: ValueType } = {
  float32: 'f32',
  float16: 'f32',
  bfloat16: 'f32',
  int64: 'vec2u',
  int32: 'i32',
  int8: 'i32',
  uint8: 'i32',
  bool: 'bool',
};

export function valueType(dtype: DType): ValueType {
  return VALUE_TYPES[dtype] ?? unreachable(`${dtype} has no type in WGSL`);
}
