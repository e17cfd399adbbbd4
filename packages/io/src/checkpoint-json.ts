/**
 * JSON for checkpoints. It differs from `JSON.stringify` in what it does with a value that JSON cannot hold: NaN,
 * the infinities and -0 survive (a best loss starts at Infinity), and everything else is an error with the path
 * to it, where `JSON.stringify` would write null, drop a key, or call `toJSON`.
 */

import { ArgumentError, FormatError } from '@tenfold/ir';
import type { Json } from './checkpoint-types.ts';
import { describeValue, quote } from './messages.ts';

/** The one key of the object that stands for a number JSON has no notation for. */
const NUMBER_KEY = '$number';
const MAX_DEPTH = 100;

type JsonText = null | boolean | number | string | JsonText[] | { [key: string]: JsonText };

/** Raises an ArgumentError that names the path to a value which is not plain JSON. */
export function stringifyJson(value: Json, path: string): string {
  return JSON.stringify(encode(value, path, 0));
}

function encode(value: unknown, path: string, depth: number): JsonText {
  if (depth > MAX_DEPTH)
    throw new ArgumentError(`${path} is nested more than ${MAX_DEPTH} levels deep, or in itself`);
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return encodeNumber(value);
  if (Array.isArray(value)) return value.map((item, i) => encode(item, `${path}[${i}]`, depth + 1));
  if (isPlainObject(value)) {
    if (Object.hasOwn(value, NUMBER_KEY))
      throw new ArgumentError(`${path} uses the reserved key ${NUMBER_KEY}`);
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, encode(item, `${path}[${quote(key)}]`, depth + 1)]),
    );
  }
  throw new ArgumentError(
    `${path} is ${describeValue(value)}; expected plain JSON: null, booleans, numbers, strings, arrays, objects`,
  );
}

function encodeNumber(value: number): JsonText {
  if (Number.isFinite(value) && !Object.is(value, -0)) return value;
  return { [NUMBER_KEY]: Object.is(value, -0) ? '-0' : String(value) };
}

/** The value of a text that `stringifyJson` wrote; `where` names it in the FormatError for any other text. */
export function parseJson(text: string, where: string): Json {
  let parsed: JsonText;
  try {
    parsed = JSON.parse(text) as JsonText;
  } catch (cause) {
    throw new FormatError(`${where} is not valid JSON`, { cause });
  }
  return decode(parsed, where, 0);
}

function decode(value: JsonText, where: string, depth: number): Json {
  if (depth > MAX_DEPTH + 1) throw new FormatError(`${where} is nested more than ${MAX_DEPTH} levels deep`);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => decode(item, where, depth + 1));
  if (Object.hasOwn(value, NUMBER_KEY)) return decodeNumber(value[NUMBER_KEY]!, where);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, decode(item, where, depth + 1)]),
  );
}

function decodeNumber(name: JsonText, where: string): number {
  if (name === 'NaN' || name === 'Infinity' || name === '-Infinity' || name === '-0') return Number(name);
  throw new FormatError(`${where} has an unknown ${NUMBER_KEY} ${JSON.stringify(name)}`);
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
