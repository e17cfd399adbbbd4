/** Vector math for generated code: each emitter appends the instructions for one function of its lanes. */

export { atan2 } from './atan2.ts';
export { choose, copySign, madd, madd64, narrow, nmadd, nmadd64, widen } from './context.ts';
export type { MathContext, Vector, VectorLocal } from './context.ts';
export * from './conversions.ts';
export { floorDivide, floorDivide64, floorDivideI32, floorMod, floorMod64, floorModI32 } from './division.ts';
export { exp } from './exp.ts';
export { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, float32ToFloat16 } from './half.ts';
export { hostBinary, hostUnary } from './host-calls.ts';
export { HOST_MODULE, hostFunctions, makeHostFunctions } from './host-functions.ts';
export type { HostBinary, HostFunctions, HostUnary } from './host-functions.ts';
export { loadBits16, loadInt8, loadUint8, storeBits16, storeInt8 } from './lane-memory.ts';
export { log } from './log.ts';
export { pow } from './pow.ts';
export { erf, tanh } from './sigmoidal.ts';
export { cos, sin } from './trigonometry.ts';
