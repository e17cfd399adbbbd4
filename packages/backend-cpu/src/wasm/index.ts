/** A small, typed WebAssembly assembler. It knows the binary format, and nothing of kernels or tensors. */

export { atomic } from './atomic-instructions.ts';
export { detectFeatures, enableRelaxedSimd } from './features.ts';
export type { Expr, Local, Operand, Statement } from './expression.ts';
export { call, FunctionBuilder } from './function-builder.ts';
export type { FunctionRef, Label } from './function-builder.ts';
export { memory } from './memory-instructions.ts';
export { ModuleBuilder } from './module-builder.ts';
export type { MemoryLimits } from './module-builder.ts';
export type { ValueType } from './value-types.ts';
export { f32, f64, greater, i32, i64, lesser, select } from './scalar-instructions.ts';
export { f32x4, f64x2, i16x8, i32x4, i64x2, i8x16, v128 } from './vector-instructions.ts';
