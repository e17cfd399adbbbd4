/** LAMB: Adam whose step for each parameter is scaled to the parameter's length, for very large batches. */

import { logicalAnd, norm, where } from '@tenfold/tensor/base';
import { literal } from '@tenfold/tensor/internal';
import { moments, requireBetas, requireNotNegative } from './descent.ts';
import { Optimizer } from './optimizer.ts';
import type { NumberMaker, Update } from './optimizer.ts';
import type { ParamGroup, Params } from './param-group.ts';

export interface LAMBOptions {
  /** Learning rate. Default 1e-3. */
  readonly lr?: number;
  /** Decay of the running means of the gradient and of its square. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the divisor. Default 1e-6. */
  readonly eps?: number;
  /** So much of the parameter is added to the step before it is scaled. Default 0. */
  readonly weightDecay?: number;
  /** Whether to climb instead of descend. Default false. */
  readonly maximize?: boolean;
}

type LAMBSettings = Required<LAMBOptions>;

/**
 * LAMB: with Adam's corrected means, `r = m / (√v + ε) + λ·p`, `p = p - lr · |p| / |r| · r`; the ratio is 1 where a length
 * is 0. https://arxiv.org/abs/1904.00962
 */
export class LAMB extends Optimizer<LAMBSettings> {
  constructor(params: Params<LAMBSettings>, options: LAMBOptions = {}) {
    const { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-6, weightDecay = 0, maximize = false } = options;
    super(params, { lr, betas, eps, weightDecay, maximize });
  }

  protected checkSettings({ lr, betas, eps, weightDecay }: LAMBSettings): void {
    requireNotNegative('LAMB', { lr, eps, weightDecay });
    requireBetas('LAMB', betas);
  }

  protected stateNames(): readonly string[] {
    return ['expAvg', 'expAvgSq'];
  }

  protected update(group: ParamGroup<LAMBSettings>, updates: readonly Update[], number: NumberMaker): void {
    const meansOf = moments(group, number);
    const correctMean = number((step) => 1 / (1 - group.betas[0] ** step));
    const correctSquare = number((step) => 1 / (1 - group.betas[1] ** step));
    const eps = number(() => group.eps);
    const penalty = number(() => group.weightDecay);
    const descent = number(() => -group.lr);
    for (const update of updates) {
      const { value } = update;
      const gradient = group.maximize ? update.gradient.neg() : update.gradient;
      const { mean, square } = meansOf(update, gradient);
      const adaptive = mean.mul(correctMean).div(square.mul(correctSquare).sqrt().add(eps));
      const direction = adaptive.add(value.mul(penalty));
      const [own, length] = [norm(value), norm(direction)];
      const zero = literal(own, 0);
      const ratio = where(logicalAnd(own.gt(zero), length.gt(zero)), own.div(length), literal(own, 1));
      update.write(value.add(direction.mul(ratio.mul(descent))));
    }
  }
}
