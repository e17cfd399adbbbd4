/** Learning-rate schedulers, as torch.optim.lr_scheduler. */

export { ChainedScheduler, SequentialLR } from './composite.ts';
export { CosineAnnealingLR, CosineAnnealingWarmRestarts } from './cosine.ts';
export type { CosineOptions, WarmRestartOptions } from './cosine.ts';
export { CyclicLR } from './cyclic.ts';
export type { CyclicLROptions } from './cyclic.ts';
export { ConstantLR, ExponentialLR, LinearLR, MultiStepLR, PolynomialLR, StepLR } from './decay.ts';
export type {
  ConstantLROptions,
  DecayOptions,
  LinearLROptions,
  PolynomialLROptions,
  ScheduleOptions,
} from './decay.ts';
export { LambdaLR, MultiplicativeLR } from './lambda.ts';
export type { LrLambda } from './lambda.ts';
export { OneCycleLR } from './one-cycle.ts';
export type { OneCycleLROptions } from './one-cycle.ts';
export { ReduceLROnPlateau } from './plateau.ts';
export type { ReduceLROnPlateauOptions } from './plateau.ts';
export { LRScheduler } from './scheduler.ts';
export type { PerGroup, Scheduled, ScheduledGroup, SchedulerState, SchedulerValue } from './scheduler.ts';
