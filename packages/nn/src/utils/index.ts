/** Utilities for modules and what goes through them, as torch.nn.utils. */

export { functionalCall } from './functional-call.ts';
export type { FunctionalCallOptions, NamedTensors } from './functional-call.ts';
export { fuseConvBnEval, fuseConvBnWeights, fuseLinearBnEval, fuseLinearBnWeights } from './fusion.ts';
export * as parametrizations from './parametrizations.ts';
export * as parametrize from './parametrize.ts';
export * as prune from './prune/index.ts';
export * as rnn from './rnn.ts';
export { parametersToVector, vectorToParameters } from './vectors.ts';
export { removeSpectralNorm, removeWeightNorm, spectralNorm, weightNorm } from './weight-norm.ts';
export type { SpectralNormOptions } from './weight-norm.ts';
