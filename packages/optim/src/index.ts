/** Optimizers, gradient clipping and loss scaling. */

export { Adam, AdamW } from './adam.ts';
export type { AdamOptions, AdamSettings } from './adam.ts';
export { clipGradNorm_, clipGradValue_ } from './clip-grad.ts';
export type { ClipGradNormOptions } from './clip-grad.ts';
export { GradScaler } from './grad-scaler.ts';
export type { GradScalerOptions, GradScalerState } from './grad-scaler.ts';
export { Optimizer } from './optimizer.ts';
export type { BaseSettings, NumberMaker, Update } from './optimizer.ts';
export type { ParamGroup, ParamGroupOptions, Params, Setting, Settings } from './param-group.ts';
export type { OptimizerStateDict } from './param-state.ts';
export { SGD } from './sgd.ts';
export type { SGDOptions, SGDSettings } from './sgd.ts';
