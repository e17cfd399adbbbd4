/**
 * The shape that code takes for an engine that pairs neighbouring 128-bit operations into 256-bit ones (`wide/enable.ts`).
 * V8 starts from two stores at neighbouring addresses and follows their values backwards, as long as both sides are the
 * same operations of one basic block. So twice as much is done at a time, without branches for single registers, and what
 * would end in a register is stored first.
 */

import type { Value } from '@tenfold/ir';
import { v128 } from './wasm/index.ts';
import type { Expr, FunctionBuilder, Local } from './wasm/index.ts';

export interface Pairing {
  /** Whether the engine can pair the code of a value. */
  pairs(op: Value['op']): boolean;
  /** Memory of the thread that registers are taken through. */
  readonly padBytes: number;
  /** Takes registers through memory at `pad`. */
  barrier(code: FunctionBuilder, pad: Expr<'i32'>, registers: readonly Local<'v128'>[]): void;
}

/** What is computed through float64, lane by lane or by calls. */
const SINGLE: ReadonlySet<Value['op']> = new Set([
  'sin', 'cos', 'pow', 'atan2', 'idiv', 'mod', 'random',
] as const); // prettier-ignore

export const pairing: Pairing = {
  pairs: (op) => !SINGLE.has(op),
  // More registers than an accumulator has.
  padBytes: 64 * 16,
  barrier(code, pad, registers) {
    registers.forEach((register, i) => code.emit(v128.store(pad, register, 16 * i)));
    registers.forEach((register, i) => code.set(register, v128.load(pad, 16 * i)));
  },
};
