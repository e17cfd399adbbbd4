/** Averaged stochastic gradient descent: plain steps, whose mean from some step on is kept beside the parameter. */

import { approach, penalised, requireNotNegative } from './descent.ts';
import { Optimizer } from './optimizer.ts';
import type { NumberMaker, Update } from './optimizer.ts';
import { requireSetting } from './param-group.ts';
import type { ParamGroup, Params } from './param-group.ts';
import type { Scalars } from './param-state.ts';

export interface ASGDOptions {
  /** Learning rate. Default 0.01. */
  readonly lr?: number;
  /** The decay term. Default 1e-4. */
  readonly lambd?: number;
  /** The power of the falling rate. Default 0.75. */
  readonly alpha?: number;
  /** The step from which on the mean is taken. Default 1e6. */
  readonly t0?: number;
  /** The L2 penalty. Default 0. */
  readonly weightDecay?: number;
  /** Whether to climb instead of descend. Default false. */
  readonly maximize?: boolean;
}

type ASGDSettings = Required<ASGDOptions>;

/**
 * Averaged gradient descent, as torch.optim.ASGD: `η = lr / (1 + λ·lr·t)^α`, `p = (1 - λ·η)·p - η·g`. The mean is the
 * state tensor `ax`. https://dl.acm.org/doi/10.1137/0330046
 */
export class ASGD extends Optimizer<ASGDSettings> {
  constructor(params: Params<ASGDSettings>, options: ASGDOptions = {}) {
    const { lr = 1e-2, lambd = 1e-4, alpha = 0.75, t0 = 1e6, weightDecay = 0, maximize = false } = options;
    super(params, { lr, lambd, alpha, t0, weightDecay, maximize });
  }

  protected checkSettings({ lr, lambd, alpha, t0, weightDecay }: ASGDSettings): void {
    requireNotNegative('ASGD', { lr, weightDecay });
    for (const [name, value] of Object.entries({ lambd, alpha, t0 }))
      requireSetting('ASGD', name, value, -Infinity);
  }

  protected stateNames(): readonly string[] {
    return ['ax'];
  }

  /** The rate of the coming step is that of the learning rate at the last one. */
  protected override firstScalars({ lr }: ASGDSettings): Scalars {
    return { eta: lr, nextEta: lr };
  }

  protected override advance({ lr, lambd, alpha }: ASGDSettings, step: number, scalars: Scalars): void {
    scalars['eta'] = scalars['nextEta'];
    scalars['nextEta'] = lr / (1 + lambd * lr * step) ** alpha;
  }

  protected update(group: ParamGroup<ASGDSettings>, updates: readonly Update[], number: NumberMaker): void {
    const gradientOf = penalised(group, number);
    const shrink = number((_, { eta }) => 1 - group.lambd * eta);
    const descent = number((_, { eta }) => -eta);
    const take = number((step) => 1 / Math.max(1, step - 1 - group.t0));
    for (const update of updates) {
      const value = update.value.mul(shrink).add(gradientOf(update).mul(descent));
      update.writeState('ax', approach(update.state('ax'), value, take));
      update.write(value);
    }
  }
}
