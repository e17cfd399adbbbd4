/**
 * Expressions: a tree of instructions that leaves one value on the stack, typed by that value.
 *
 * An expression is a recipe, not a value: it is encoded where it is used, once for every use, and reads its
 * locals there. A value needed twice belongs in a local (`code.let`).
 */

import { ByteWriter } from './byte-writer.ts';
import { opcodes } from './opcodes.ts';
import type { Literal, ValueType } from './value-types.ts';

/** Anything that has an index in the module's function space once the module is finished. */
export interface FunctionSymbol {
  readonly name: string;
}

/** Instruction bytes, with the calls whose function indices are filled in when the module is finished. */
export class CodeWriter extends ByteWriter {
  readonly calls: { readonly position: number; readonly target: FunctionSymbol }[] = [];

  /** Writes a one-byte opcode, or a prefix byte and its sub-opcode. */
  opcode(code: number): void {
    if (code < 0x100) {
      this.byte(code);
    } else {
      this.byte(code >>> 12);
      this.unsigned(code & 0xfff);
    }
  }

  call(target: FunctionSymbol): void {
    this.opcode(opcodes.control.call);
    this.calls.push({ position: this.placeholder(), target });
  }
}

/** Code that leaves one value of type `T`. */
export interface Expr<T extends ValueType = ValueType> {
  readonly type: T;
  encode(out: CodeWriter): void;
}

/** Code that leaves nothing: a store, a call of a function without result. */
export interface Statement {
  readonly type: 'void';
  encode(out: CodeWriter): void;
}

/** A local variable or parameter; as an expression it is its own value at that point. */
export interface Local<T extends ValueType = ValueType> extends Expr<T> {
  readonly index: number;
}

/** An expression, or a literal that is turned into a constant. */
export type Operand<T extends ValueType> = Expr<T> | Literal<T>;

/** One instruction after its operands. */
export function operation<T extends ValueType | 'void'>(
  type: T,
  opcode: number,
  operands: readonly { encode(out: CodeWriter): void }[],
  immediates?: (out: CodeWriter) => void,
): { readonly type: T; encode(out: CodeWriter): void } {
  return {
    type,
    encode(out) {
      for (const operand of operands) operand.encode(out);
      out.opcode(opcode);
      immediates?.(out);
    },
  };
}

/** The operand as an expression: literals become `const` instructions of the type the place asks for. */
export function toExpr<T extends ValueType>(type: T, operand: Operand<T>): Expr<T> {
  if (typeof operand === 'object') {
    if (operand.type !== type) throw new TypeError(`internal: expected ${type}, got ${operand.type}`);
    return operand;
  }
  const literal: number | bigint = operand;
  return operation(type, type === 'v128' ? -1 : opcodes.constant[type], [], (out) => {
    if (typeof literal === 'bigint') out.signed64(literal);
    else if (type === 'i32') out.signed32(literal);
    else if (type === 'f32') out.float32(literal);
    else out.float64(literal);
  });
}

/** The local variable of that index; made by the function that owns it. */
export function localVariable<T extends ValueType>(type: T, index: number): Local<T> {
  return {
    type,
    index,
    encode(out) {
      out.opcode(opcodes.local.get);
      out.unsigned(index);
    },
  };
}
