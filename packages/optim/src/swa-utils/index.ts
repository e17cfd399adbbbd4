/** Averages of parameters along a training, as torch.optim.swa_utils. */

export { AveragedModel, getEmaAvgFn, getSwaAvgFn } from './averaged-model.ts';
export type { AveragedLike, AveragedModelOptions, AvgFn } from './averaged-model.ts';
export { SWALR } from './swa-lr.ts';
export type { SWALROptions } from './swa-lr.ts';
export { updateBn } from './update-bn.ts';
export type { Batch, NormalizedModel, UpdateBnOptions } from './update-bn.ts';
