/**
 * What every scalar operation means, in one place: the reference engine and the interpreter backend both compute
 * with these. Floats are computed in double precision and rounded to the dtype once; integers are exact and wrap as
 * two's complement.
 *
 * Where hardware and libraries differ: integer division or remainder by zero gives 0; shift counts are taken modulo
 * the width (32 for the narrow types); `max` and `min` propagate NaN; `sign(NaN)` is 0, as in PyTorch; `pow` follows
 * C99 (1 to any power is 1), integers to a negative power truncate towards zero.
 */

import type { BinaryOp, DType, ReduceKind, ScanKind, UnaryOp } from '@tenfold/ir';
import { UNARY, isFloat, unreachable } from '@tenfold/ir';
import { erf } from './erf.ts';
import type { Scalar, ScalarFunction } from './number-format.ts';
import { conformTo, roundHalfEven } from './number-format.ts';

export type BinaryFunction = (x: Scalar, y: Scalar) => Scalar;

const UNARY_OPS: ReadonlySet<string> = new Set(UNARY);

export function isUnaryOp(op: string): op is UnaryOp {
  return UNARY_OPS.has(op);
}

const NUMBER_UNARY: { readonly [K in Exclude<UnaryOp, 'not'>]: (x: number) => number } = {
  neg: (x) => -x,
  recip: (x) => 1 / x,
  exp: Math.exp,
  log: Math.log,
  sin: Math.sin,
  cos: Math.cos,
  sqrt: Math.sqrt,
  tanh: Math.tanh,
  erf,
  abs: Math.abs,
  sign: (x) => (x > 0 ? 1 : 0) - (x < 0 ? 1 : 0),
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundHalfEven,
  trunc: Math.trunc,
};

const same = (x: bigint) => x;
const BIGINT_UNARY: { readonly [K in UnaryOp]?: (x: bigint) => bigint } = {
  neg: (x) => -x,
  abs: (x) => (x < 0n ? -x : x),
  sign: (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n),
  floor: same,
  ceil: same,
  round: same,
  trunc: same,
  not: (x) => ~x,
};

/** The function of an elementwise operator on elements of a dtype. */
export function unaryFunction(op: UnaryOp, dtype: DType): ScalarFunction {
  if (dtype === 'int64') {
    const apply = BIGINT_UNARY[op] ?? unreachable(`${op} has no meaning on int64`);
    return (x) => BigInt.asIntN(64, apply(BigInt(x)));
  }
  const bring = conformTo(dtype);
  if (op === 'not') {
    if (isFloat(dtype)) unreachable(`not has no meaning on ${dtype}`);
    return dtype === 'bool' ? (x) => (x === 0 ? 1 : 0) : (x) => bring(~Number(x));
  }
  const apply = NUMBER_UNARY[op];
  return (x) => bring(apply(Number(x)));
}

function power(x: number, y: number): number {
  if (x === 1 || (x === -1 && (y === Infinity || y === -Infinity))) return 1;
  return x ** y;
}

/** The floor of the quotient, corrected from the exact remainder as Python does it. */
function floorDivide(x: number, y: number): number {
  if (y === 0) return x / y;
  const remainder = x % y;
  let quotient = (x - remainder) / y;
  if (remainder !== 0 && remainder < 0 !== y < 0) quotient -= 1;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

/** The remainder with the divisor's sign. */
function floorModulo(x: number, y: number): number {
  const remainder = x % y;
  return remainder !== 0 && remainder < 0 !== y < 0 ? remainder + y : remainder;
}

const truth = (x: boolean): number => (x ? 1 : 0);
const greater = (x: number, y: number) => (Number.isNaN(x) ? x : Number.isNaN(y) ? y : Math.max(x, y));
const lesser = (x: number, y: number) => (Number.isNaN(x) ? x : Number.isNaN(y) ? y : Math.min(x, y));

const NUMBER_COMPARE = {
  lt: (x: number, y: number) => truth(x < y),
  le: (x: number, y: number) => truth(x <= y),
  eq: (x: number, y: number) => truth(x === y),
  ne: (x: number, y: number) => truth(x !== y),
} as const;

const BIGINT_COMPARE = {
  lt: (x: bigint, y: bigint) => truth(x < y),
  le: (x: bigint, y: bigint) => truth(x <= y),
  eq: (x: bigint, y: bigint) => truth(x === y),
  ne: (x: bigint, y: bigint) => truth(x !== y),
} as const;

type CompareOp = keyof typeof NUMBER_COMPARE;
type ArithmeticOp = Exclude<BinaryOp, CompareOp>;

function isCompare(op: BinaryOp): op is CompareOp {
  return Object.hasOwn(NUMBER_COMPARE, op);
}

/** Operators of floats; bitwise ones have no meaning there. */
const FLOAT_BINARY: { readonly [K in ArithmeticOp]?: (x: number, y: number) => number } = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  idiv: floorDivide,
  pow: power,
  mod: floorModulo,
  atan2: Math.atan2,
  max: greater,
  min: lesser,
};

function integerPower(x: number, y: number): number {
  if (y < 0) return x === 1 ? 1 : x === -1 ? (y % 2 === 0 ? 1 : -1) : 0;
  let result = 1;
  for (let base = x, rest = y; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = Math.imul(result, base);
    base = Math.imul(base, base);
  }
  return result;
}

/** Operators of integers up to 32 bits and of bool: exact, or modulo 2^32. */
const INT_BINARY: { readonly [K in ArithmeticOp]?: (x: number, y: number) => number } = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: Math.imul,
  idiv: (x, y) => (y === 0 ? 0 : Math.floor(x / y)),
  pow: integerPower,
  mod: (x, y) => (y === 0 ? 0 : floorModulo(x, y)),
  max: Math.max,
  min: Math.min,
  and: (x, y) => x & y,
  or: (x, y) => x | y,
  xor: (x, y) => x ^ y,
  shl: (x, y) => x << y,
  shr: (x, y) => x >> y,
};

function bigFloorDivide(x: bigint, y: bigint): bigint {
  if (y === 0n) return 0n;
  const quotient = x / y;
  return x % y !== 0n && x < 0n !== y < 0n ? quotient - 1n : quotient;
}

function bigPower(x: bigint, y: bigint): bigint {
  if (y < 0n) return x === 1n ? 1n : x === -1n ? (y % 2n === 0n ? 1n : -1n) : 0n;
  let result = 1n;
  for (let base = x, rest = y; rest > 0n; rest /= 2n) {
    if (rest % 2n === 1n) result = BigInt.asIntN(64, result * base);
    base = BigInt.asIntN(64, base * base);
  }
  return result;
}

const BIGINT_BINARY: { readonly [K in ArithmeticOp]?: (x: bigint, y: bigint) => bigint } = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  idiv: bigFloorDivide,
  pow: bigPower,
  mod: (x, y) => (y === 0n ? 0n : x - y * bigFloorDivide(x, y)),
  max: (x, y) => (x > y ? x : y),
  min: (x, y) => (x < y ? x : y),
  and: (x, y) => x & y,
  or: (x, y) => x | y,
  xor: (x, y) => x ^ y,
  shl: (x, y) => x << (y & 63n),
  shr: (x, y) => x >> (y & 63n),
};

/** The function of a binary operator on elements of a dtype; comparisons give bool. */
export function binaryFunction(op: BinaryOp, dtype: DType): BinaryFunction {
  const missing = () => unreachable(`${op} has no meaning on ${dtype}`);
  if (dtype === 'int64') {
    if (isCompare(op)) {
      const compare = BIGINT_COMPARE[op];
      return (x, y) => compare(BigInt(x), BigInt(y));
    }
    const apply = BIGINT_BINARY[op] ?? missing();
    return (x, y) => BigInt.asIntN(64, apply(BigInt(x), BigInt(y)));
  }
  if (isCompare(op)) {
    const compare = NUMBER_COMPARE[op];
    return (x, y) => compare(Number(x), Number(y));
  }
  const apply = (isFloat(dtype) ? FLOAT_BINARY : INT_BINARY)[op] ?? missing();
  const bring = conformTo(dtype);
  return (x, y) => bring(apply(Number(x), Number(y)));
}

/** A fold: floats are accumulated in double precision and rounded by `conform` when read; integers wrap each time. */
export interface Reducer {
  readonly identity: Scalar;
  combine(acc: Scalar, x: Scalar): Scalar;
}

const LOWEST: { readonly [D in DType]?: Scalar } = {
  int64: -(2n ** 63n), int32: -(2 ** 31), int8: -128, uint8: 0, bool: 0,
}; // prettier-ignore
const HIGHEST: { readonly [D in DType]?: Scalar } = {
  int64: 2n ** 63n - 1n, int32: 2 ** 31 - 1, int8: 127, uint8: 255, bool: 1,
}; // prettier-ignore

/** The fold of a reduction, a scan or a combining store. */
export function reducerOf(kind: ScanKind, dtype: DType): Reducer {
  const one = dtype === 'int64' ? 1n : 1;
  const zero = dtype === 'int64' ? 0n : 0;
  const op = ({ sum: 'add', prod: 'mul', max: 'max', min: 'min' } as const)[kind];
  const identity = {
    sum: zero,
    prod: one,
    max: LOWEST[dtype] ?? -Infinity,
    min: HIGHEST[dtype] ?? Infinity,
  }[kind];
  return { identity, combine: binaryFunction(op, isFloat(dtype) ? 'float64' : dtype) };
}

/** Whether `x` at `position` is to take the place of the extremum found so far; NaN is more extreme than anything. */
export function isMoreExtreme(
  kind: Extract<ReduceKind, 'argmax' | 'argmin'>,
  x: Scalar,
  position: number,
  best: Scalar,
  bestPosition: number,
): boolean {
  const xNaN = Number.isNaN(x);
  const bestNaN = Number.isNaN(best);
  if (xNaN !== bestNaN) return xNaN;
  if (!xNaN && x !== best) return kind === 'argmax' ? x > best : x < best;
  return position < bestPosition;
}

/** The order of `argsort`: ascending with NaN last, or descending with NaN first; ties by position. */
export function sortPositions(values: readonly Scalar[], descending: boolean): number[] {
  const order = (i: number, j: number): number => {
    const x = values[i];
    const y = values[j];
    const xNaN = Number.isNaN(x);
    const yNaN = Number.isNaN(y);
    if (xNaN || yNaN) return truth(xNaN) - truth(yNaN);
    return x < y ? -1 : x > y ? 1 : 0;
  };
  return values.map((_, i) => i).sort((i, j) => (descending ? order(j, i) : order(i, j)) || i - j);
}
