/**
 * Turns rows of the opcode table into typed constructors: every name of a row becomes a function from
 * operand expressions to an expression (or a statement), with the row's operand and result types.
 */

import { operation, toExpr } from './expression.ts';
import type { CodeWriter, Expr, Operand, Statement } from './expression.ts';
import type { ValueType } from './value-types.ts';

type Row = Readonly<Record<string, number>>;
type Family<R extends Row, F> = { readonly [K in keyof R]: F };

/** Applies `make` to every opcode of a row. */
function family<R extends Row, F>(row: R, make: (opcode: number) => F): Family<R, F> {
  const result: Partial<Record<keyof R, F>> = {};
  for (const name of Object.keys(row) as (keyof R)[]) result[name] = make(row[name]);
  return result as Family<R, F>;
}

type Unary<A extends ValueType, T extends ValueType> = (a: Operand<A>) => Expr<T>;
type Binary<A extends ValueType, B extends ValueType, T extends ValueType> = (
  a: Operand<A>,
  b: Operand<B>,
) => Expr<T>;

export function unary<R extends Row, A extends ValueType, T extends ValueType>(
  row: R,
  from: A,
  to: T,
): Family<R, Unary<A, T>> {
  return family(row, (opcode) => (a: Operand<A>) => operation(to, opcode, [toExpr(from, a)]));
}

export function binary<R extends Row, A extends ValueType, B extends ValueType, T extends ValueType>(
  row: R,
  left: A,
  right: B,
  to: T,
): Family<R, Binary<A, B, T>> {
  return family(
    row,
    (opcode) => (a: Operand<A>, b: Operand<B>) => operation(to, opcode, [toExpr(left, a), toExpr(right, b)]),
  );
}

export function ternary<R extends Row>(
  row: R,
): Family<R, (a: Expr<'v128'>, b: Expr<'v128'>, c: Expr<'v128'>) => Expr<'v128'>> {
  return family(
    row,
    (opcode) => (a: Expr<'v128'>, b: Expr<'v128'>, c: Expr<'v128'>) => operation('v128', opcode, [a, b, c]),
  );
}

/**
 * The immediates of an access to memory. Addresses may be unaligned: the alignment is only a hint, and always
 * says "unaligned" here.
 */
function access(offset: number): (out: CodeWriter) => void {
  return (out) => {
    out.unsigned(0);
    out.unsigned(offset);
  };
}

/** Loads: `load(address, offset)` reads at address + offset bytes. */
export function loads<R extends Row, T extends ValueType>(
  row: R,
  type: T,
): Family<R, (address: Operand<'i32'>, offset?: number) => Expr<T>> {
  return family(
    row,
    (opcode) =>
      (address: Operand<'i32'>, offset = 0) =>
        operation(type, opcode, [toExpr('i32', address)], access(offset)),
  );
}

/** Stores: `store(address, value, offset)` writes at address + offset bytes. */
export function stores<R extends Row, T extends ValueType>(
  row: R,
  type: T,
): Family<R, (address: Operand<'i32'>, value: Operand<T>, offset?: number) => Statement> {
  return family(
    row,
    (opcode) =>
      (address: Operand<'i32'>, value: Operand<T>, offset = 0) =>
        operation('void', opcode, [toExpr('i32', address), toExpr(type, value)], access(offset)),
  );
}

/** Loads of one lane, which keep the other lanes of `vector`, and stores of one lane of it. */
export function laneAccesses<R extends Row, T extends 'v128' | 'void'>(
  row: R,
  to: T,
): Family<
  R,
  (
    address: Operand<'i32'>,
    vector: Expr<'v128'>,
    lane: number,
    offset?: number,
  ) => ReturnType<typeof operation<T>>
> {
  return family(
    row,
    (opcode) =>
      (address: Operand<'i32'>, vector: Expr<'v128'>, lane: number, offset = 0) =>
        operation(to, opcode, [toExpr('i32', address), vector], (out) => {
          access(offset)(out);
          out.byte(lane);
        }),
  );
}

/** `extract_lane(vector, lane)`. */
function extracts<R extends Row, T extends ValueType>(
  row: R,
  type: T,
): Family<R, (vector: Expr<'v128'>, lane: number) => Expr<T>> {
  return family(
    row,
    (opcode) => (vector: Expr<'v128'>, lane: number) =>
      operation(type, opcode, [vector], (out) => out.byte(lane)),
  );
}

/** `replace_lane(vector, lane, value)`. */
function replaces<R extends Row, T extends ValueType>(
  row: R,
  type: T,
): Family<R, (vector: Expr<'v128'>, lane: number, value: Operand<T>) => Expr<'v128'>> {
  return family(
    row,
    (opcode) => (vector: Expr<'v128'>, lane: number, value: Operand<T>) =>
      operation('v128', opcode, [vector, toExpr(type, value)], (out) => out.byte(lane)),
  );
}

/** What all vectors of numbers have: operations of one and two vectors, and the ways of a number in and out. */
export function lanes<
  U extends Row,
  B extends Row,
  S extends Row,
  X extends Row,
  P extends Row,
  T extends ValueType,
>(
  table: {
    readonly unary: U;
    readonly binary: B;
    readonly splat: S;
    readonly extract: X;
    readonly replace: P;
  },
  type: T,
) {
  return {
    ...unary(table.unary, 'v128', 'v128'),
    ...binary(table.binary, 'v128', 'v128', 'v128'),
    ...unary(table.splat, type, 'v128'),
    ...extracts(table.extract, type),
    ...replaces(table.replace, type),
  };
}
