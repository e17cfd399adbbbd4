/**
 * Vector math for generated code: each emitter appends the instructions for one function of its lanes.
 *
 * Greatest errors over float32 lanes, in units in the last place of the exact result, measured over all
 * magnitudes and held by `math-accuracy.test.ts`:
 *
 *   exp 1.3 · log 0.9 · sin, cos 2.0 · pow 0.5 · atan2 1.7 · tanh 5.4 (0.8 on average) · erf 4.9 (0.8)
 *   sqrt, division, floor division and remainder: correctly rounded
 *
 * Denormals, infinities and NaN are those of IEEE and C. Over float64 lanes the functions are the host's.
 */

export { atan2 } from './atan2.ts';
export { choose, eachLane, madd, narrow } from './context.ts';
export type { MathContext, Vector, VectorLocal } from './context.ts';
export * from './conversions.ts';
export { floorDivide, floorDivideI32, floorMod, floorModI32 } from './division.ts';
export { exp, expOneTail } from './exp.ts';
export type { ExpTail } from './exp.ts';
export {
  bfloat16ToFloat32,
  float16PairToFloat32,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
} from './half.ts';
export { hostFunction } from './host-calls.ts';
export { HOST_MODULE, makeHostFunctions } from './host-functions.ts';
export type { HostFunction } from './host-functions.ts';
export { loadBits16, loadInt8, loadUint8, storeBits16, storeInt8 } from './lane-memory.ts';
export { log } from './log.ts';
export { pow } from './pow.ts';
export { erf, tanh } from './sigmoidal.ts';
export { decode, encode, widthOf } from './storage.ts';
export type { Address } from './storage.ts';
export { cos, sin } from './trigonometry.ts';
