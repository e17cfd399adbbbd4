/**
 * Elements as keys whose order as unsigned integers is the order of sorting: NaN above all numbers, -0 equal to 0, all
 * bits turned for descending order. A key is one u32, or a `vec2u` for int64, the low word first. Half floats are sorted
 * as the float32 they are decoded to, whose low bits are all the same.
 */

import type { DType } from '@tenfold/ir';
import { unreachable } from '@tenfold/ir';
import type { ShaderBuilder } from '../../wgsl/shader.ts';
import { valueType } from '../../wgsl/types.ts';

/** Eight bits of a key. */
export interface Digit {
  readonly word: number;
  readonly shift: number;
}

const bytesOfWord = (word: number, from: number, to: number): Digit[] =>
  Array.from({ length: to - from }, (_, i) => ({ word, shift: 8 * (from + i) }));

const FLOAT = [
  'var bits = bitcast<u32>(value);',
  'if ((bits & 0x7fffffffu) > 0x7f800000u) { return flip(0xffffffffu); }',
  'if (bits == 0x80000000u) { bits = 0u; }',
  'return flip(bits ^ select(0x80000000u, 0xffffffffu, bits >= 0x80000000u));',
];

/** How a dtype's elements become keys, and the digits in which keys can differ, the least significant first. */
const KEYS: {
  readonly [D in DType]?: { readonly body: readonly string[]; readonly digits: readonly Digit[] };
} = {
  float32: { body: FLOAT, digits: bytesOfWord(0, 0, 4) },
  float16: { body: FLOAT, digits: bytesOfWord(0, 1, 4) },
  bfloat16: { body: FLOAT, digits: bytesOfWord(0, 2, 4) },
  int64: {
    body: ['return flip(value ^ vec2u(0u, 0x80000000u));'],
    digits: [...bytesOfWord(0, 0, 4), ...bytesOfWord(1, 0, 4)],
  },
  int32: { body: ['return flip(bitcast<u32>(value) ^ 0x80000000u);'], digits: bytesOfWord(0, 0, 4) },
  int8: { body: ['return flip(u32(value + 128));'], digits: bytesOfWord(0, 0, 1) },
  uint8: { body: ['return flip(u32(value));'], digits: bytesOfWord(0, 0, 1) },
  bool: { body: ['return flip(select(0u, 1u, value));'], digits: bytesOfWord(0, 0, 1) },
};

export function wordsOfKey(dtype: DType): number {
  return dtype === 'int64' ? 2 : 1;
}

export function digitsOf(dtype: DType): readonly Digit[] {
  return KEYS[dtype]?.digits ?? unreachable(`sorting ${dtype}`);
}

/** The key of a value, as an expression; `word` picks one of its words. */
export function keyOf(
  shader: ShaderBuilder,
  dtype: DType,
  descending: boolean,
  value: string,
  word?: number,
): string {
  const { body } = KEYS[dtype] ?? unreachable(`sorting ${dtype}`);
  const type = wordsOfKey(dtype) === 2 ? 'vec2u' : 'u32';
  shader.function('flip', `fn flip(key: ${type}) -> ${type} { return ${descending ? '~key' : 'key'}; }`);
  shader.function('sort_key', `fn sort_key(value: ${valueType(dtype)}) -> ${type} { ${body.join(' ')} }`);
  const key = `sort_key(${value})`;
  return type === 'vec2u' && word !== undefined ? `${key}[${word}]` : key;
}
