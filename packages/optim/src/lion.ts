/** Lion: steps of one size in the direction of a sign, with one running mean. */

import { sign } from '@tenfold/tensor/base';
import { approach, requireBetas, requireNotNegative } from './descent.ts';
import { Optimizer } from './optimizer.ts';
import type { NumberMaker, Update } from './optimizer.ts';
import type { ParamGroup, Params } from './param-group.ts';

export interface LionOptions {
  /** Learning rate, a tenth to a third of what suits AdamW. Default 1e-4. */
  readonly lr?: number;
  /** The share of the mean in a step, and the decay of the mean. Default [0.9, 0.99]. */
  readonly betas?: readonly [number, number];
  /** Decoupled: parameters shrink by so much times lr. Default 0. */
  readonly weightDecay?: number;
  /** Whether to climb instead of descend. Default false. */
  readonly maximize?: boolean;
}

type LionSettings = Required<LionOptions>;

/**
 * Lion: `p = p - lr·(sign(β₁·m + (1 - β₁)·g) + λ·p)`, `m = β₂·m + (1 - β₂)·g`. https://arxiv.org/abs/2302.06675
 */
export class Lion extends Optimizer<LionSettings> {
  constructor(params: Params<LionSettings>, options: LionOptions = {}) {
    const { lr = 1e-4, betas = [0.9, 0.99], weightDecay = 0, maximize = false } = options;
    super(params, { lr, betas, weightDecay, maximize });
  }

  protected checkSettings({ lr, betas, weightDecay }: LionSettings): void {
    requireNotNegative('Lion', { lr, weightDecay });
    requireBetas('Lion', betas);
  }

  protected stateNames(): readonly string[] {
    return ['expAvg'];
  }

  protected update(group: ParamGroup<LionSettings>, updates: readonly Update[], number: NumberMaker): void {
    const penalty = group.weightDecay === 0 ? undefined : number(() => group.weightDecay);
    const descent = number(() => -group.lr);
    const take = number(() => 1 - group.betas[0]);
    const takeMean = number(() => 1 - group.betas[1]);
    for (const update of updates) {
      const gradient = group.maximize ? update.gradient.neg() : update.gradient;
      const mean = update.state('expAvg');
      const { value } = update;
      const direction = sign(approach(mean, gradient, take));
      const decayed = penalty ? direction.add(value.mul(penalty)) : direction;
      update.write(value.add(decayed.mul(descent)));
      update.writeState('expAvg', approach(mean, gradient, takeMean));
    }
  }
}
