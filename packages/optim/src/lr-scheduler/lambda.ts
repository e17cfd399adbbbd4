/** Schedules given by functions of the step. State dicts leave the functions out. */

import { ArgumentError } from '@tenfold/ir';
import { LRScheduler } from './scheduler.ts';
import type { Scheduled } from './scheduler.ts';
import type { ScheduleOptions } from './decay.ts';

/** A factor for a step. */
export type LrLambda = (epoch: number) => number;

/** What the schedules below have in common: a function for each group. */
abstract class LambdaSchedule extends LRScheduler {
  readonly lrLambdas: readonly LrLambda[];

  constructor(
    optimizer: Scheduled,
    lrLambda: LrLambda | readonly LrLambda[],
    { lastEpoch }: ScheduleOptions = {},
  ) {
    super(optimizer, lastEpoch);
    const { paramGroups } = optimizer;
    this.lrLambdas = typeof lrLambda === 'function' ? paramGroups.map(() => lrLambda) : lrLambda;
    if (this.lrLambdas.length !== paramGroups.length) {
      throw new ArgumentError(
        `${this.constructor.name}: ${this.lrLambdas.length} functions for ${paramGroups.length} groups; expected one, ` +
          'or one for each',
      );
    }
    this.start();
  }
}

/** The base times a function of the step, one for all groups or one for each, as torch.optim.lr_scheduler.LambdaLR. */
export class LambdaLR extends LambdaSchedule {
  protected getLr(): readonly number[] {
    return this.baseLrs.map((lr, i) => lr * this.lrLambdas[i](this.lastEpoch));
  }
}

/** The rate of the step before times a function of the step, as torch.optim.lr_scheduler.MultiplicativeLR. */
export class MultiplicativeLR extends LambdaSchedule {
  protected getLr(): readonly number[] {
    const { lastEpoch } = this;
    return this.present().map((lr, i) => (lastEpoch > 0 ? lr * this.lrLambdas[i](lastEpoch) : lr));
  }
}
