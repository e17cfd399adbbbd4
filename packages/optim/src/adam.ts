/** Adam, and AdamW, which differs in how weights decay. */

import { decayed, moments } from './descent.ts';
import { Optimizer } from './optimizer.ts';
import type { NumberMaker, Update } from './optimizer.ts';
import { requireSetting } from './param-group.ts';
import type { ParamGroup, Params } from './param-group.ts';

export interface AdamOptions {
  /** Learning rate. Default 1e-3. */
  readonly lr?: number;
  /** Decay of the running means of the gradient and of its square. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the denominator. Default 1e-8. */
  readonly eps?: number;
  /** Adam: so much of the parameter is added to its gradient; default 0. AdamW: it shrinks by so much times lr; default 0.01. */
  readonly weightDecay?: number;
  /** Whether to divide by the greatest mean square so far. https://openreview.net/forum?id=ryQu7f-RZ. Default false. */
  readonly amsgrad?: boolean;
  /** Whether to climb instead of descend. Default false. */
  readonly maximize?: boolean;
}

export type AdamSettings = Required<AdamOptions>;

/**
 * Adam, as torch.optim.Adam: `m = β₁·m + (1 - β₁)·g`, `v = β₂·v + (1 - β₂)·g²`, and, both corrected for their start at
 * zero, `p = p - lr·m / (√v + ε)`. https://arxiv.org/abs/1412.6980
 */
export class Adam extends Optimizer<AdamSettings> {
  constructor(params: Params<AdamSettings>, options: AdamOptions = {}) {
    const {
      lr = 1e-3,
      betas = [0.9, 0.999],
      eps = 1e-8,
      weightDecay = 0,
      amsgrad = false,
      maximize = false,
    } = options;
    super(params, { lr, betas, eps, weightDecay, amsgrad, maximize });
  }

  protected checkSettings({ lr, betas, eps, weightDecay }: AdamSettings): void {
    const { name } = this.constructor;
    requireSetting(name, 'lr', lr, 0);
    requireSetting(name, 'eps', eps, 0);
    requireSetting(name, 'betas[0]', betas[0], 0, 1);
    requireSetting(name, 'betas[1]', betas[1], 0, 1);
    requireSetting(name, 'weightDecay', weightDecay, 0);
  }

  protected stateNames({ amsgrad }: AdamSettings): readonly string[] {
    return amsgrad ? ['expAvg', 'expAvgSq', 'maxExpAvgSq'] : ['expAvg', 'expAvgSq'];
  }

  /** Whether weights shrink by themselves; else a penalty is in the gradient. */
  protected get decoupled(): boolean {
    return false;
  }

  protected update(group: ParamGroup<AdamSettings>, updates: readonly Update[], number: NumberMaker): void {
    const decay = decayed(group, this.decoupled, number);
    const meansOf = moments(group, number);
    // With both corrections c₁, c₂ for the start at zero moved into numbers: lr·(m/c₁) / (√(v/c₂) + ε) =
    // (lr·√c₂/c₁)·m / (√v + ε·√c₂).
    const rootCorrection = (step: number) => Math.sqrt(1 - group.betas[1] ** step);
    const descent = number((step) => (-group.lr * rootCorrection(step)) / (1 - group.betas[0] ** step));
    const eps = number((step) => group.eps * rootCorrection(step));
    for (const update of updates) {
      const { value, gradient } = decay(update);
      const { mean, square } = meansOf(update, gradient);
      const divisor = group.amsgrad ? update.state('maxExpAvgSq').maximum(square) : square;
      if (group.amsgrad) update.writeState('maxExpAvgSq', divisor);
      update.write(value.add(mean.div(divisor.sqrt().add(eps)).mul(descent)));
    }
  }
}

/**
 * Adam with decoupled weight decay, as torch.optim.AdamW: before the update, the parameter shrinks by `lr · λ`.
 * https://arxiv.org/abs/1711.05101
 */
export class AdamW extends Adam {
  constructor(params: Params<AdamSettings>, { weightDecay = 0.01, ...options }: AdamOptions = {}) {
    super(params, { weightDecay, ...options });
  }

  protected override get decoupled(): boolean {
    return true;
  }
}
