/**
 * Operations of kernels as WGSL expressions. Operands are identifiers or literals, since they may be repeated; what is
 * more than an operator is a call into the library. The meaning of every operation is that of the reference interpreter.
 */

import type { BinaryOp, DType, UnaryOp } from '@tenfold/ir';
import { unreachable } from '@tenfold/ir';
import type { FunctionName, Library } from './library.ts';
import type { ValueType } from './types.ts';
import { valueType } from './types.ts';

type Unary = (lib: Library, x: string) => string;
type Binary = (lib: Library, a: string, b: string) => string;
type Operators<Name extends string, Rule> = { readonly [T in ValueType]: { readonly [K in Name]?: Rule } };

const same: Unary = (_, x) => x;

function call(name: FunctionName): (lib: Library, ...operands: readonly string[]) => string {
  return (lib, ...operands) => lib.call(name, ...operands);
}

/** A function of WGSL itself. */
function builtin(name: string): (lib: Library, ...operands: readonly string[]) => string {
  return (_, ...operands) => `${name}(${operands.join(', ')})`;
}

function infix(text: string): Binary {
  return (_, a, b) => `(${a} ${text} ${b})`;
}

/** An operator of numbers; of literals alone WGSL would compute the result, and refuse one that overflows. */
function arithmetic(text: string, plain: FunctionName): Binary {
  return (lib, a, b) => `(${isLiteral(b) ? opaque(lib, plain, a) : a} ${text} ${b})`;
}

function opaque(lib: Library, plain: FunctionName, x: string): string {
  return isLiteral(x) ? lib.call(plain, x) : x;
}

function isLiteral(text: string): boolean {
  return /^\(?-?\d/.test(text);
}

const UNARY_OPERATORS: Operators<UnaryOp, Unary> = {
  f32: {
    neg: (_, x) => `(-${x})`,
    recip: (lib, x) => lib.call('div_f32', '1f', x),
    exp: call('exp_f32'),
    log: call('log_f32'),
    sin: call('sin_f32'),
    cos: call('cos_f32'),
    sqrt: call('sqrt_f32'),
    tanh: call('tanh_f32'),
    erf: call('erf_f32'),
    abs: builtin('abs'),
    sign: call('sign_f32'),
    floor: builtin('floor'),
    ceil: builtin('ceil'),
    round: builtin('round'),
    trunc: builtin('trunc'),
  },
  i32: {
    neg: (lib, x) => `(-${opaque(lib, 'plain_i32', x)})`,
    abs: (lib, x) => `abs(${opaque(lib, 'plain_i32', x)})`,
    sign: builtin('sign'),
    floor: same,
    ceil: same,
    round: same,
    trunc: same,
    not: (_, x) => `(~${x})`,
  },
  vec2u: {
    neg: call('neg_i64'),
    abs: call('abs_i64'),
    sign: call('sign_i64'),
    floor: same,
    ceil: same,
    round: same,
    trunc: same,
    not: (_, x) => `(~${x})`,
  },
  bool: {
    neg: same,
    abs: same,
    sign: same,
    floor: same,
    ceil: same,
    round: same,
    trunc: same,
    not: (_, x) => `(!${x})`,
  },
};

const BINARY_OPERATORS: Operators<BinaryOp, Binary> = {
  f32: {
    add: arithmetic('+', 'plain_f32'),
    sub: arithmetic('-', 'plain_f32'),
    mul: arithmetic('*', 'plain_f32'),
    div: call('div_f32'),
    idiv: call('idiv_f32'),
    pow: call('pow_f32'),
    mod: call('mod_f32'),
    atan2: call('atan2_f32'),
    max: call('max_f32'),
    min: call('min_f32'),
    lt: call('lt_f32'),
    le: call('le_f32'),
    eq: call('eq_f32'),
    ne: (lib, a, b) => `(!${lib.call('eq_f32', a, b)})`,
  },
  i32: {
    add: arithmetic('+', 'plain_i32'),
    sub: arithmetic('-', 'plain_i32'),
    mul: arithmetic('*', 'plain_i32'),
    idiv: call('idiv_i32'),
    pow: call('pow_i32'),
    mod: call('mod_i32'),
    max: builtin('max'),
    min: builtin('min'),
    lt: infix('<'),
    le: infix('<='),
    eq: infix('=='),
    ne: infix('!='),
    and: infix('&'),
    or: infix('|'),
    xor: infix('^'),
    shl: call('shl_i32'),
    shr: call('shr_i32'),
  },
  vec2u: {
    add: call('add_i64'),
    sub: call('sub_i64'),
    mul: call('mul_i64'),
    idiv: call('idiv_i64'),
    pow: call('pow_i64'),
    mod: call('mod_i64'),
    max: call('max_i64'),
    min: call('min_i64'),
    lt: call('lt_i64'),
    le: (lib, a, b) => `(!${lib.call('lt_i64', b, a)})`,
    eq: call('eq_i64'),
    ne: (lib, a, b) => `(!${lib.call('eq_i64', a, b)})`,
    and: infix('&'),
    or: infix('|'),
    xor: infix('^'),
    shl: call('shl_i64'),
    shr: call('shr_i64'),
  },
  // Truth values compute as the numbers 0 and 1, and what is not 0 is true.
  bool: {
    add: infix('|'),
    sub: infix('!='),
    mul: infix('&'),
    idiv: infix('&'),
    pow: (_, a, b) => `(${a} | !${b})`,
    mod: () => 'false',
    max: infix('|'),
    min: infix('&'),
    lt: (_, a, b) => `(!${a} & ${b})`,
    le: (_, a, b) => `(!${a} | ${b})`,
    eq: infix('=='),
    ne: infix('!='),
    and: infix('&'),
    or: infix('|'),
    xor: infix('!='),
    shl: (_, a) => a,
    shr: (_, a, b) => `(${a} & !${b})`,
  },
};

const COMPARISONS: ReadonlySet<BinaryOp> = new Set<BinaryOp>(['lt', 'le', 'eq', 'ne']);

/** An integer that may have left the range of a narrow dtype, brought back into it. */
function wrap(lib: Library, dtype: DType, x: string): string {
  if (dtype === 'int8') return lib.call('wrap_i8', x);
  return dtype === 'uint8' ? lib.call('wrap_u8', x) : x;
}

export function unary(lib: Library, op: UnaryOp, dtype: DType, x: string): string {
  const rule = UNARY_OPERATORS[valueType(dtype)][op] ?? unreachable(`${op} has no meaning on ${dtype}`);
  return rule === same ? x : wrap(lib, dtype, rule(lib, x));
}

/** `dtype` is that of the operands; comparisons give bool. */
export function binary(lib: Library, op: BinaryOp, dtype: DType, a: string, b: string): string {
  const rule = BINARY_OPERATORS[valueType(dtype)][op] ?? unreachable(`${op} has no meaning on ${dtype}`);
  const result = rule(lib, a, b);
  return COMPARISONS.has(op) ? result : wrap(lib, dtype, result);
}

/** `yes` where the condition (bool) holds, else `no`. */
export function where(lib: Library, dtype: DType, condition: string, yes: string, no: string): string {
  if (valueType(dtype) === 'f32') return lib.call('where_f32', condition, yes, no);
  return `select(${no}, ${yes}, ${condition})`;
}

/** 32 random bits: the first word of Threefry-2x32 of (counter, 0) under the key. All are i32. */
export function random(lib: Library, counter: string, key0: string, key1: string): string {
  return lib.call('threefry', counter, key0, key1);
}

export { bitcast, cast } from './casts.ts';
