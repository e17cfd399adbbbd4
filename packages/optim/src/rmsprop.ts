/** RMSprop: steps divided by a running root mean square of the gradient. */

import { approach, penalised, requireNotNegative } from './descent.ts';
import { Optimizer } from './optimizer.ts';
import type { NumberMaker, Update } from './optimizer.ts';
import type { ParamGroup, Params } from './param-group.ts';

export interface RMSpropOptions {
  /** Learning rate. Default 0.01. */
  readonly lr?: number;
  /** Decay of the running means. Default 0.99. */
  readonly alpha?: number;
  /** Added to the divisor. Default 1e-8. */
  readonly eps?: number;
  /** The L2 penalty. Default 0. */
  readonly weightDecay?: number;
  /** How much of the last direction stays. Default 0. */
  readonly momentum?: number;
  /** Whether to divide by the deviation instead of the root mean square. Default false. */
  readonly centered?: boolean;
  /** Whether to climb instead of descend. Default false. */
  readonly maximize?: boolean;
}

type RMSpropSettings = Required<RMSpropOptions>;

/**
 * RMSprop, as torch.optim.RMSprop: `v = α·v + (1 - α)·g²`, `p = p - lr·g / (√v + ε)`.
 * https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf
 */
export class RMSprop extends Optimizer<RMSpropSettings> {
  constructor(params: Params<RMSpropSettings>, options: RMSpropOptions = {}) {
    const {
      lr = 1e-2,
      alpha = 0.99,
      eps = 1e-8,
      weightDecay = 0,
      momentum = 0,
      centered = false,
      maximize = false,
    } = options;
    super(params, { lr, alpha, eps, weightDecay, momentum, centered, maximize });
  }

  protected checkSettings({ lr, alpha, eps, weightDecay, momentum }: RMSpropSettings): void {
    requireNotNegative('RMSprop', { lr, alpha, eps, weightDecay, momentum });
  }

  protected stateNames({ momentum, centered }: RMSpropSettings): readonly string[] {
    return ['squareAvg', ...(centered ? ['gradAvg'] : []), ...(momentum > 0 ? ['momentumBuffer'] : [])];
  }

  protected update(
    group: ParamGroup<RMSpropSettings>,
    updates: readonly Update[],
    number: NumberMaker,
  ): void {
    const gradientOf = penalised(group, number);
    const take = number(() => 1 - group.alpha);
    const eps = number(() => group.eps);
    const keep = number(() => group.momentum);
    const descent = number(() => -group.lr);
    for (const update of updates) {
      const gradient = gradientOf(update);
      const square = approach(update.state('squareAvg'), gradient.mul(gradient), take);
      update.writeState('squareAvg', square);
      let variance = square;
      if (group.centered) {
        const mean = approach(update.state('gradAvg'), gradient, take);
        update.writeState('gradAvg', mean);
        variance = square.sub(mean.mul(mean));
      }
      let direction = gradient.div(variance.sqrt().add(eps));
      if (group.momentum > 0) {
        direction = update.state('momentumBuffer').mul(keep).add(direction);
        update.writeState('momentumBuffer', direction);
      }
      update.write(update.value.add(direction.mul(descent)));
    }
  }
}
