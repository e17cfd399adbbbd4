/** Automatic differentiation. Importing this package gives `tensor.backward()` its engine. */

import { registerGradEngine } from '@tenfold/tensor/internal';
import { engine } from './engine.ts';

registerGradEngine(engine);

export { detectAnomaly } from './anomaly.ts';
export { checkpoint, checkpointSequential } from './checkpoint.ts';
export { customFunction } from './custom-function.ts';
export type { FunctionContext, FunctionDefinition } from './custom-function.ts';
export { grad } from './grad.ts';
export type { GradOptions } from './grad.ts';
export { gradcheck, gradgradcheck } from './gradcheck.ts';
export type { DifferentiableFunction, GradcheckOptions } from './gradcheck.ts';
export { gradientStatistics, observeGradients } from './observe.ts';
export type { GradientEvent, GradientObserver, GradientStatistics } from './observe.ts';
export { savedTensorsHooks } from './saved-tensors.ts';
export { hessian, jacobian } from './transforms/jacobian.ts';
export type { JacobianOptions, JacobianStrategy } from './transforms/jacobian.ts';
export { hvp, jvp, vhp, vjp } from './transforms/products.ts';
export type { TensorFunction, TransformOptions } from './transforms/variables.ts';
export { vmap } from './vmap.ts';
export type { BatchAxis, Randomness, VmapOptions } from './vmap.ts';
