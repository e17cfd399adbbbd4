/** Automatic differentiation. Importing this package gives `tensor.backward()` its engine. */

import { registerGradEngine } from '@tenfold/tensor/internal';
import { engine } from './engine.ts';

registerGradEngine(engine);

export { checkpoint } from './checkpoint.ts';
export { customFunction } from './custom-function.ts';
export type { FunctionContext, FunctionDefinition } from './custom-function.ts';
export { grad, vjp } from './grad.ts';
export type { GradOptions } from './grad.ts';
export { gradcheck, gradgradcheck } from './gradcheck.ts';
export type { DifferentiableFunction, GradcheckOptions } from './gradcheck.ts';
