/** Instructions on shared memory: atomic accesses, which must be aligned to their size or they trap, wait and notify. */

import { operation, toExpr } from './expression.ts';
import type { CodeWriter, Expr, Operand, Statement } from './expression.ts';
import { atomicOpcodes } from './opcodes.ts';

type Integer = 'i32' | 'i64';

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
      [toExpr('i32', address), toExpr('i32', expected), toExpr('i64', timeout)],
      aligned(2, offset),
    ),
  /** Wakes up to `count` waiters at the address; gives how many. */
  notify: (address: Operand<'i32'>, count: Operand<'i32'>, offset = 0): Expr<'i32'> =>
    operation(
      'i32',
      atomicOpcodes.notify,
      [toExpr('i32', address), toExpr('i32', count)],
      aligned(2, offset),
    ),
  fence: (): Statement => operation('void', atomicOpcodes.fence, [], (out) => out.byte(0)),
};
