/**
 * Arithmetic on constants at scheduling time: only what IEEE 754 and two's complement define to the last bit, so that
 * a folded result is the one that any backend would have computed.
 */

import type { DType } from '../dtype.ts';
import type { OpName } from '../graph/ops.ts';

type Fold = (...inputs: number[]) => number;

const FLOAT: { readonly [op in OpName]?: Fold } = {
  neg: (x) => -x,
  recip: (x) => 1 / x,
  abs: Math.abs,
  sqrt: Math.sqrt,
  floor: Math.floor,
  ceil: Math.ceil,
  trunc: Math.trunc,
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  max: Math.max,
  min: Math.min,
};

const INT32: { readonly [op in OpName]?: Fold } = {
  neg: (x) => -x,
  abs: Math.abs,
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: Math.imul,
  max: Math.max,
  min: Math.min,
};

const ANY: { readonly [op in OpName]?: Fold } = {
  lt: (x, y) => Number(x < y),
  le: (x, y) => Number(x <= y),
  eq: (x, y) => Number(x === y),
  ne: (x, y) => Number(x !== y),
  where: (condition, x, y) => (condition !== 0 ? x : y),
};

const BOOL: { readonly [op in OpName]?: Fold } = {
  not: (x) => 1 - x,
  and: (x, y) => x & y,
  or: (x, y) => x | y,
  xor: (x, y) => x ^ y,
};

/** The nearest number of a dtype; undefined for those that are not folded. */
function rounded(value: number, dtype: DType): number | undefined {
  switch (dtype) {
    case 'float64':
      return value;
    case 'float32':
      return Math.fround(value);
    case 'int32':
      return value | 0;
    case 'bool':
      return value;
    default:
      return undefined;
  }
}

function castConstant(value: number, from: DType, to: DType): number | undefined {
  if (to === 'bool') return Number(value !== 0);
  // Floats outside the integer's range have no agreed result.
  if (to === 'int32' && from !== 'bool' && from !== 'int32') {
    return Math.abs(value) < 2 ** 31 ? Math.trunc(value) + 0 : undefined;
  }
  return rounded(value, to);
}

/** The result of an elementwise operation on constants, or undefined where it is left to the backend. */
export function foldConstants(
  op: OpName,
  inputs: readonly number[],
  from: DType,
  to: DType,
): number | undefined {
  if (rounded(0, from) === undefined || rounded(0, to) === undefined) return undefined;
  if (op === 'cast') return castConstant(inputs[0], from, to);
  const table = from === 'bool' ? BOOL : from === 'int32' ? INT32 : FLOAT;
  const fold = ANY[op] ?? table[op];
  return fold && rounded(fold(...inputs), to);
}

/** The dtypes that hold every number of a dtype. */
const WIDER: { readonly [D in DType]: readonly DType[] } = {
  bool: ['uint8', 'int8', 'int32', 'int64', 'float16', 'bfloat16', 'float32', 'float64'],
  int8: ['int32', 'int64', 'float16', 'bfloat16', 'float32', 'float64'],
  uint8: ['int32', 'int64', 'float16', 'bfloat16', 'float32', 'float64'],
  int32: ['int64', 'float64'],
  int64: [],
  float16: ['float32', 'float64'],
  bfloat16: ['float32', 'float64'],
  float32: ['float64'],
  float64: [],
};

/** Whether a cast there and back again changes nothing. */
export function widensExactly(from: DType, to: DType): boolean {
  return WIDER[from].includes(to);
}
