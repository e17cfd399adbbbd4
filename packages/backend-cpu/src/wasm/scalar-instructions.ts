/**
 * The scalar instructions as typed functions: `i32.add(a, 4)`, `f64.load(address, 8)`. Names and meaning
 * are those of the WebAssembly specification.
 */

import { operation, toExpr } from './expression.ts';
import type { Expr, Operand } from './expression.ts';
import { binary, loads, stores, unary } from './families.ts';
import { opcodes } from './opcodes.ts';
import type { ValueType } from './value-types.ts';

export const i32 = {
  const: (value: number): Expr<'i32'> => toExpr('i32', value),
  ...unary(opcodes.i32.unary, 'i32', 'i32'),
  ...binary(opcodes.i32.binary, 'i32', 'i32', 'i32'),
  ...binary(opcodes.i32.compare, 'i32', 'i32', 'i32'),
  ...loads(opcodes.i32.load, 'i32'),
  ...stores(opcodes.i32.store, 'i32'),
};

export const i64 = {
  const: (value: bigint): Expr<'i64'> => toExpr('i64', value),
  ...binary(opcodes.i64.binary, 'i64', 'i64', 'i64'),
  ...binary(opcodes.i64.compare, 'i64', 'i64', 'i32'),
  ...unary(opcodes.i64.test, 'i64', 'i32'),
  ...loads(opcodes.i64.load, 'i64'),
  ...stores(opcodes.i64.store, 'i64'),
  ...unary(opcodes.i64.fromF32, 'f32', 'i64'),
  ...unary(opcodes.i64.fromF64, 'f64', 'i64'),
};

export const f32 = {
  const: (value: number): Expr<'f32'> => toExpr('f32', value),
  ...loads(opcodes.f32.load, 'f32'),
  ...stores(opcodes.f32.store, 'f32'),
  ...unary(opcodes.f32.fromI64, 'i64', 'f32'),
  ...unary(opcodes.f32.fromF64, 'f64', 'f32'),
};

export const f64 = {
  const: (value: number): Expr<'f64'> => toExpr('f64', value),
  ...loads(opcodes.f64.load, 'f64'),
  ...stores(opcodes.f64.store, 'f64'),
  ...unary(opcodes.f64.fromI64, 'i64', 'f64'),
  ...unary(opcodes.f64.fromF32, 'f32', 'f64'),
};

/** `condition ? whenTrue : whenFalse`, both evaluated. */
export function select<T extends ValueType>(
  whenTrue: Expr<T>,
  whenFalse: Expr<T>,
  condition: Operand<'i32'>,
): Expr<T> {
  const operands = [whenTrue, whenFalse, toExpr('i32', condition)];
  if (whenTrue.type !== 'v128') return operation(whenTrue.type, opcodes.control.select, operands);
  throw new TypeError('internal: select is for scalars; use v128.bitselect or an if for vectors');
}

/** The lesser of two signed numbers; both are evaluated twice. */
export function lesser(a: Expr<'i32'>, b: Operand<'i32'>): Expr<'i32'> {
  return select(a, toExpr('i32', b), i32.lt_s(a, b));
}

/** The greater of two signed numbers; both are evaluated twice. */
export function greater(a: Expr<'i32'>, b: Operand<'i32'>): Expr<'i32'> {
  return select(a, toExpr('i32', b), i32.gt_s(a, b));
}
