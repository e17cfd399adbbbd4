/** JSON of checkpoints: what JSON can hold comes back equal, and what it cannot hold is refused with its path. */

import { ArgumentError, FormatError } from '@tenfold/ir';
import { describe, expect, it } from 'vitest';
import { parseJson, stringifyJson } from '../src/checkpoint-json.ts';
import type { Json } from '../src/index.ts';

function roundTrip(value: Json): Json {
  return parseJson(stringifyJson(value, 'extra'), 'file');
}

describe('checkpoint JSON', () => {
  it.each<[string, Json]>([
    ['numbers', [0, 1.5, -1e300, 5e-324, 2 ** 53]],
    ['NaN, infinities and -0', { best: Infinity, worst: -Infinity, none: NaN, zero: -0 }],
    ['nesting', { a: [{ b: [[], {}] }, null, true, 'ü \u2028 "'] }],
    ['keys that objects treat specially', JSON.parse('{"__proto__": 1, "constructor": 2}') as Json],
  ])('keeps %s', (_, value) => {
    expect(roundTrip(value)).toEqual(value);
  });

  it('keeps __proto__ an ordinary key', () => {
    const back = roundTrip(JSON.parse('{"__proto__": {"polluted": 1}}') as Json);
    expect(Object.hasOwn(back as object, '__proto__')).toBe(true);
    expect('polluted' in (back as object)).toBe(false);
  });

  it.each<[string, unknown, string]>([
    ['undefined', { a: [1, undefined] }, 'extra["a"][1] is undefined'],
    ['bigint', { n: 1n }, 'extra["n"] is a bigint'],
    ['function', () => 1, 'extra is a function'],
    ['Map', { m: new Map() }, 'extra["m"] is a Map'],
    ['typed array', new Float32Array(2), 'extra is a Float32Array'],
    ['Date', [new Date(0)], 'extra[0] is a Date'],
    ['reserved key', { $number: 'NaN' }, 'extra uses the reserved key $number'],
  ])('refuses %s', (_, value, message) => {
    const save = () => stringifyJson(value as Json, 'extra');
    expect(save).toThrow(ArgumentError);
    expect(save).toThrow(message);
  });

  it('refuses a value inside itself', () => {
    const loop: Record<string, Json> = {};
    loop['self'] = loop;
    expect(() => stringifyJson(loop, 'extra')).toThrow('nested more than 100 levels deep, or in itself');
  });

  it('refuses damaged text, and depth that would exhaust the stack', () => {
    expect(() => parseJson('{"a":', 'm.safetensors: state')).toThrow(FormatError);
    expect(() => parseJson('{"a":', 'm.safetensors: state')).toThrow(
      'm.safetensors: state is not valid JSON',
    );
    expect(() => parseJson('{"$number":"1e9"}', 'file')).toThrow('unknown $number "1e9"');
    expect(() => parseJson('[{"$number":3}]', 'file')).toThrow('unknown $number 3');
    expect(() => parseJson(`${'['.repeat(500)}${']'.repeat(500)}`, 'file')).toThrow('nested more than 100');
  });
});
