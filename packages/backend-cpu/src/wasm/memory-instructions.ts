/**
 * Instructions on the whole memory and on shared memory: copy, fill, atomics, wait and notify. Atomic
 * accesses must be aligned to their size, or they trap.
 */

import { operation, toExpr } from './expression.ts';
import type { CodeWriter, Expr, Operand, Statement } from './expression.ts';
import { atomicOpcodes, opcodes } from './opcodes.ts';

type Integer = 'i32' | 'i64';

export const memory = {
  /** Pages of 64 KiB. */
  size: (): Expr<'i32'> => operation('i32', opcodes.memory.size, [], (out) => out.byte(0)),
  copy: (target: Operand<'i32'>, source: Operand<'i32'>, bytes: Operand<'i32'>): Statement =>
    operation('void', opcodes.memory.copy, integers(target, source, bytes), (out) => {
      out.byte(0);
      out.byte(0);
    }),
  fill: (target: Operand<'i32'>, value: Operand<'i32'>, bytes: Operand<'i32'>): Statement =>
    operation('void', opcodes.memory.fill, integers(target, value, bytes), (out) => out.byte(0)),
};

function integers(...operands: Operand<'i32'>[]): Expr<'i32'>[] {
  return operands.map((operand) => toExpr('i32', operand));
}

function aligned(log2Bytes: number, offset: number): (out: CodeWriter) => void {
  return (out) => {
    out.unsigned(log2Bytes);
    out.unsigned(offset);
  };
}

/** Atomic load, store and read-modify-write; each of the latter returns the value from before. */
function atomicAccess<T extends Integer>(type: T) {
  const row: Readonly<Record<keyof typeof atomicOpcodes.i32, number>> = atomicOpcodes[type];
  const log2Bytes = type === 'i32' ? 2 : 3;
  const modify =
    (opcode: number) =>
    (address: Operand<'i32'>, value: Operand<T>, offset = 0): Expr<T> =>
      operation(type, opcode, [toExpr('i32', address), toExpr(type, value)], aligned(log2Bytes, offset));
  return {
    load: (address: Operand<'i32'>, offset = 0): Expr<T> =>
      operation(type, row.load, [toExpr('i32', address)], aligned(log2Bytes, offset)),
    store: (address: Operand<'i32'>, value: Operand<T>, offset = 0): Statement =>
      operation('void', row.store, [toExpr('i32', address), toExpr(type, value)], aligned(log2Bytes, offset)),
    add: modify(row.add),
    sub: modify(row.sub),
    and: modify(row.and),
    or: modify(row.or),
    xor: modify(row.xor),
    exchange: modify(row.xchg),
    compareExchange: (
      address: Operand<'i32'>,
      expected: Operand<T>,
      replacement: Operand<T>,
      offset = 0,
    ): Expr<T> =>
      operation(
        type,
        row.cmpxchg,
        [toExpr('i32', address), toExpr(type, expected), toExpr(type, replacement)],
        aligned(log2Bytes, offset),
      ),
  };
}

export const atomic = {
  i32: atomicAccess('i32'),
  i64: atomicAccess('i64'),
  /** Sleeps while the i32 at the address is `expected`. 0: woken, 1: other value, 2: timed out (ns; -1 never). */
  wait32: (
    address: Operand<'i32'>,
    expected: Operand<'i32'>,
    timeout: Operand<'i64'>,
    offset = 0,
  ): Expr<'i32'> =>
    operation(
      'i32',
      atomicOpcodes.wait32,
      [...integers(address, expected), toExpr('i64', timeout)],
      aligned(2, offset),
    ),
  /** Wakes up to `count` waiters at the address; gives how many. */
  notify: (address: Operand<'i32'>, count: Operand<'i32'>, offset = 0): Expr<'i32'> =>
    operation('i32', atomicOpcodes.notify, integers(address, count), aligned(2, offset)),
  fence: (): Statement => operation('void', atomicOpcodes.fence, [], (out) => out.byte(0)),
};
