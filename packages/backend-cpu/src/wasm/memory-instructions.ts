/** Instructions on the whole memory: its size, copy and fill. */

import { operation, toExpr } from './expression.ts';
import type { Expr, Operand, Statement } from './expression.ts';
import { opcodes } from './opcodes.ts';

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
