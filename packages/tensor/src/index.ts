/** Tensors: creation, data types, operations, random numbers, devices and printing. */

import './methods.ts';

export {
  ArgumentError, BroadcastError, DeviceError, DeviceLostError, DTypeError, FormatError, GradError, IndexError,
  OutOfMemoryError, ShapeError, StaleValueError, StateDictError, TenfoldError, byteSize, defaultDevice,
  setDefaultDevice,
} from '@tenfold/ir'; // prettier-ignore
export type { DType, Shape } from '@tenfold/ir';
export { compile } from './compile/compile.ts';
export type { Compilable } from './compile/compile.ts';
export { scope } from './core/scope.ts';
export { Tensor } from './core/tensor.ts';
export type { BackwardOptions, GradHook } from './core/grad-engine.ts';
export { enableGrad, isGradEnabled, noGrad, setGradEnabled } from './core/grad-mode.ts';
export { customGrad } from './core/custom-grad.ts';
export type { CustomBackward } from './core/custom-grad.ts';
export type { Operand } from './core/promote.ts';
