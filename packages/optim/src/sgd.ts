/** Stochastic gradient descent. */

import { ArgumentError } from '@tenfold/ir';
import { Optimizer } from './optimizer.ts';
import type { NumberMaker, Update } from './optimizer.ts';
import { requireSetting } from './param-group.ts';
import type { ParamGroup, Params } from './param-group.ts';

export interface SGDOptions {
  /** Learning rate. Default 1e-3. */
  readonly lr?: number;
  /** How much of the last direction stays. Default 0. */
  readonly momentum?: number;
  /** How much less of the gradient goes into the direction. Default 0. */
  readonly dampening?: number;
  /** The L2 penalty: so much of the parameter is added to its gradient. Default 0. */
  readonly weightDecay?: number;
  /** Whether to look ahead along the direction. Needs momentum, and no dampening. Default false. */
  readonly nesterov?: boolean;
  /** Whether to climb instead of descend. Default false. */
  readonly maximize?: boolean;
}

export type SGDSettings = Required<SGDOptions>;

/**
 * Gradient descent with momentum, as torch.optim.SGD: `b = μ·b + (1 - τ)·g`, `p = p - lr·b`, where b is g itself at
 * the first step. https://pytorch.org/docs/stable/generated/torch.optim.SGD.html
 */
export class SGD extends Optimizer<SGDSettings> {
  constructor(params: Params<SGDSettings>, options: SGDOptions = {}) {
    const {
      lr = 1e-3,
      momentum = 0,
      dampening = 0,
      weightDecay = 0,
      nesterov = false,
      maximize = false,
    } = options;
    super(params, { lr, momentum, dampening, weightDecay, nesterov, maximize });
  }

  protected checkSettings({ lr, momentum, weightDecay, nesterov, dampening }: SGDSettings): void {
    requireSetting('SGD', 'lr', lr, 0);
    requireSetting('SGD', 'momentum', momentum, 0);
    requireSetting('SGD', 'weightDecay', weightDecay, 0);
    requireSetting('SGD', 'dampening', dampening, -Infinity);
    if (nesterov && (momentum <= 0 || dampening !== 0)) {
      throw new ArgumentError('SGD: nesterov needs a momentum above 0 and a dampening of 0');
    }
  }

  protected stateNames({ momentum }: SGDSettings): readonly string[] {
    return momentum === 0 ? [] : ['momentumBuffer'];
  }

  protected update(group: ParamGroup<SGDSettings>, updates: readonly Update[], number: NumberMaker): void {
    const { momentum, weightDecay, nesterov, maximize } = group;
    const descent = number(() => -group.lr);
    const penalty = number(() => group.weightDecay);
    const keep = number(() => group.momentum);
    const take = number((step) => (step === 1 ? 1 : 1 - group.dampening));
    for (const update of updates) {
      let direction = maximize ? update.gradient.neg() : update.gradient;
      if (weightDecay !== 0) direction = direction.add(update.value.mul(penalty));
      if (momentum !== 0) {
        const buffer = update.state('momentumBuffer').mul(keep).add(direction.mul(take));
        update.writeState('momentumBuffer', buffer);
        direction = nesterov ? direction.add(buffer.mul(keep)) : buffer;
      }
      update.write(update.value.add(direction.mul(descent)));
    }
  }
}
