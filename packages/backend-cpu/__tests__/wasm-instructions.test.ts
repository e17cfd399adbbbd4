/** Every constructor of the assembler yields an instruction that the engine accepts with those types. */

import { describe, expect, it } from 'vitest';
import * as wasm from '../src/wasm/index.ts';
import { opcodes } from '../src/wasm/opcodes.ts';
import type { Expr, Statement } from '../src/wasm/index.ts';

wasm.enableRelaxedSimd();

const { i32, i64, f32, f64, v128, i8x16, i16x8, i32x4, i64x2, f32x4, f64x2 } = wasm;
const instructions = { i32, i64, f32, f64, v128, i8x16, i16x8, i32x4, i64x2, f32x4, f64x2 };
const zero = {
  i32: wasm.i32.const(0),
  i64: wasm.i64.const(0n),
  f32: wasm.f32.const(0),
  f64: wasm.f64.const(0),
};
const vector = wasm.v128.const(new Uint8Array(16));

function accepts(make: () => Expr | Statement): boolean {
  const module = new wasm.ModuleBuilder();
  module.importMemory('env', 'memory', { initial: 1, maximum: 1, shared: true });
  const code = module.func('f', { params: [] });
  const made = make();
  if (made.type === 'void') code.emit(made);
  else code.drop(made);
  return WebAssembly.validate(module.toBytes());
}

const scalarOf = {
  i8x16: 'i32',
  i16x8: 'i32',
  i32x4: 'i32',
  i64x2: 'i64',
  f32x4: 'f32',
  f64x2: 'f64',
} as const;
const from = { fromI32: 'i32', fromI64: 'i64', fromF32: 'f32', fromF64: 'f64' } as const;

/** The operands that an instruction of this family and row takes. */
function operandsOf(family: string, row: string): unknown[] {
  if (family === 'v128' || family in scalarOf) {
    const scalar = family in scalarOf ? zero[scalarOf[family as keyof typeof scalarOf]] : zero.i32;
    switch (row) {
      case 'unary':
      case 'test':
        return [vector];
      case 'binary':
        return [vector, vector];
      case 'ternary':
        return [vector, vector, vector];
      case 'shift':
        return [vector, 3];
      case 'splat':
        return [scalar];
      case 'extract':
        return [vector, 1];
      case 'replace':
        return [vector, 1, scalar];
      case 'shuffle':
        return [vector, vector, [...Array(16).keys()]];
      case 'load':
        return [8, 4];
      case 'store':
        return [8, vector, 4];
      default:
        return [8, vector, 1, 4];
    }
  }
  const type = family as keyof typeof zero;
  if (row in from) return [zero[from[row as keyof typeof from]]];
  if (row === 'load') return [8, 4];
  if (row === 'store') return [8, zero[type], 4];
  return row === 'unary' || row === 'test' ? [zero[type]] : [zero[type], zero[type]];
}

describe('instruction table', () => {
  const families = Object.keys(instructions) as (keyof typeof instructions)[];
  for (const family of families) {
    it(`${family}: every instruction validates`, () => {
      const constructors: Readonly<Record<string, unknown>> = instructions[family];
      for (const [row, names] of Object.entries<Readonly<Record<string, number>>>(opcodes[family])) {
        for (const name of Object.keys(names)) {
          const operands = operandsOf(family, row);
          const make = constructors[name] as (...operands: unknown[]) => Expr | Statement;
          expect(
            accepts(() => make(...operands)),
            `${family}.${name}`,
          ).toBe(true);
        }
      }
    });
  }

  it('gives every instruction its own opcode', () => {
    const codes: number[] = [];
    const collect = (value: object): void => {
      for (const entry of Object.values(value)) {
        if (typeof entry === 'number') codes.push(entry);
        else collect(entry as object);
      }
    };
    collect(opcodes);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('accepts memory and atomic instructions', () => {
    const { atomic, memory } = wasm;
    const made: (() => Expr | Statement)[] = [
      () => memory.size(),
      () => memory.copy(0, 16, 4),
      () => memory.fill(0, 1, 4),
      () => atomic.wait32(0, 1, 0n),
      () => atomic.notify(0, 1),
      () => atomic.fence(),
      ...(['add', 'sub', 'and', 'or', 'xor', 'exchange'] as const).flatMap((name) => [
        () => atomic.i32[name](8, 1, 4),
        () => atomic.i64[name](8, 1n, 8),
      ]),
      () => atomic.i32.load(8),
      () => atomic.i64.load(8),
      () => atomic.i32.store(8, 1),
      () => atomic.i64.store(8, 1n),
      () => atomic.i32.compareExchange(8, 0, 1),
      () => atomic.i64.compareExchange(8, 0n, 1n),
    ];
    for (const make of made) expect(accepts(make)).toBe(true);
  });
});
