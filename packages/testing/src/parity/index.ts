/** PyTorch's results of operations, layers, optimizers and printing, for any device that is registered. */

export { distributionParity } from './distributions.ts';
export { functionalParity } from './functional.ts';
export { layerParity } from './layers.ts';
export { loadSurface } from './opinfo/load-surface.ts';
export type * from './opinfo/surface-types.ts';
export { lossesParity } from './losses.ts';
export { opinfoErrors } from './opinfo/errors.ts';
export { opinfoGradients } from './opinfo/gradients.ts';
export { moduleSampleParity } from './opinfo/modules.ts';
export { opinfoParity } from './opinfo/suite.ts';
export { optimParity } from './optim.ts';
export { optimizerParity } from './optimizers.ts';
export { printingParity } from './printing.ts';
export { sequenceParity } from './sequence.ts';
export { stateDictParity } from './state-dicts.ts';
export { shapeParity } from './shapes.ts';
export { tensorParity } from './tensor.ts';
