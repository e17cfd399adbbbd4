/**
 * One tensor of a safetensors header: its dtype, shape and byte range, each checked by itself and against the
 * other two. Whether the range fits the file and the neighbours is layout.ts's question.
 */

import { FormatError } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import { formatDType, formatDTypeNames } from './format-dtype.ts';
import type { FormatDType } from './format-dtype.ts';
import { MAX_RANK } from './header-format.ts';
import type { TensorEntry } from './header-format.ts';
import { isArray, isNumber, isObject } from './header-value.ts';
import type { HeaderObject, HeaderValue } from './header-value.ts';
import { count, describe, quote } from './messages.ts';

const INTEGER = /^(?:0|[1-9][0-9]*)$/;

/** Checks one entry of the header; the FormatError names the file, the tensor and the numbers. */
export function readTensorEntry(name: string, value: HeaderValue, file: string): TensorEntry {
  const where = `${file}: tensor ${quote(name)}`;
  if (!isObject(value)) {
    throw new FormatError(
      `${where} is ${describe(value)}; expected an object with dtype, shape and data_offsets`,
    );
  }
  const format = readFormat(field(value, 'dtype', where), where);
  const shape = readShape(field(value, 'shape', where), where);
  const [begin, end] = readOffsets(field(value, 'data_offsets', where), where);

  const expected = byteLength(format, shape, where);
  if (end - begin !== expected) {
    throw new FormatError(
      `${where}: data_offsets [${begin}, ${end}] span ${count(end - begin, 'byte')}, ` +
        `but shape [${shape.join(', ')}] of ${format.name} takes ${expected}`,
    );
  }
  return { name, format: format.name, dtype: format.dtype, shape, begin, end };
}

function field(entry: HeaderObject, key: string, where: string): HeaderValue {
  const value = entry.get(key);
  if (value !== undefined) return value;
  const keys = [...entry.keys()].slice(0, 8).map(quote).join(', ');
  throw new FormatError(`${where} has no ${key}; its keys are ${keys || 'none'}`);
}

function readFormat(value: HeaderValue, where: string): FormatDType {
  if (typeof value !== 'string')
    throw new FormatError(`${where}: dtype is ${describe(value)}; expected a string`);
  const format = formatDType(value);
  if (format !== undefined) return format;
  throw new FormatError(`${where}: unknown dtype ${quote(value)}; the format has ${formatDTypeNames()}`);
}

function readShape(value: HeaderValue, where: string): Shape {
  if (!isArray(value))
    throw new FormatError(`${where}: shape is ${describe(value)}; expected an array of sizes`);
  if (value.length > MAX_RANK) {
    throw new FormatError(`${where}: shape has ${value.length} axes; a tensor has at most ${MAX_RANK}`);
  }
  return value.map((size, axis) => {
    const n = safeInteger(size);
    if (n !== undefined) return n;
    throw new FormatError(
      `${where}: shape ${describe(value)} has ${describe(size)} at axis ${axis}; expected an integer from 0 to 2^53 - 1`,
    );
  });
}

function readOffsets(value: HeaderValue, where: string): readonly [number, number] {
  const numbers = isArray(value) && value.length === 2 ? value.map(safeInteger) : [];
  const [begin, end] = numbers;
  if (begin === undefined || end === undefined) {
    throw new FormatError(
      `${where}: data_offsets is ${describe(value)}; expected [begin, end], two integers from 0 to 2^53 - 1`,
    );
  }
  if (begin > end) throw new FormatError(`${where}: data_offsets [${begin}, ${end}] end before they begin`);
  return [begin, end];
}

/** The value of a plain non-negative integer that a JavaScript number holds exactly; else undefined. */
function safeInteger(value: HeaderValue): number | undefined {
  if (!isNumber(value) || !INTEGER.test(value.literal)) return undefined;
  const n = Number(value.literal);
  return Number.isSafeInteger(n) ? n : undefined;
}

/** Bytes that the shape takes. Sizes of 0 do not hide an overflow among the others. */
function byteLength(format: FormatDType, shape: Shape, where: string): number {
  let bits = format.bits;
  for (const size of shape) {
    if (size !== 0) bits *= size;
    if (bits > Number.MAX_SAFE_INTEGER) {
      throw new FormatError(
        `${where}: shape [${shape.join(', ')}] of ${format.name} overflows: it takes more than 2^53 bits`,
      );
    }
  }
  if (shape.includes(0)) return 0;
  if (bits % 8 !== 0) {
    throw new FormatError(
      `${where}: shape [${shape.join(', ')}] of ${format.name} takes ${bits} bits, which is no whole number of bytes`,
    );
  }
  return bits / 8;
}
