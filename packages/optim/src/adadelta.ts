/** Adadelta: steps in the units of the parameter, from running means of squared gradients and of squared steps. */

import { approach, penalised, requireNotNegative, requireThat } from './descent.ts';
import { Optimizer } from './optimizer.ts';
import type { NumberMaker, Update } from './optimizer.ts';
import type { ParamGroup, Params } from './param-group.ts';

export interface AdadeltaOptions {
  /** A factor of the step. Default 1. */
  readonly lr?: number;
  /** Decay of the running means. Default 0.9. */
  readonly rho?: number;
  /** Added below both roots. Default 1e-6. */
  readonly eps?: number;
  /** The L2 penalty. Default 0. */
  readonly weightDecay?: number;
  /** Whether to climb instead of descend. Default false. */
  readonly maximize?: boolean;
}

type AdadeltaSettings = Required<AdadeltaOptions>;

/** Adadelta, as torch.optim.Adadelta: `δ = √(u + ε) / √(v + ε) · g`, `p = p - lr·δ`. https://arxiv.org/abs/1212.5701 */
export class Adadelta extends Optimizer<AdadeltaSettings> {
  constructor(params: Params<AdadeltaSettings>, options: AdadeltaOptions = {}) {
    const { lr = 1, rho = 0.9, eps = 1e-6, weightDecay = 0, maximize = false } = options;
    super(params, { lr, rho, eps, weightDecay, maximize });
  }

  protected checkSettings({ lr, rho, eps, weightDecay }: AdadeltaSettings): void {
    requireNotNegative('Adadelta', { lr, rho, eps, weightDecay });
    requireThat('Adadelta', rho <= 1, `rho is ${rho}, expected a number from 0 to 1`);
  }

  protected stateNames(): readonly string[] {
    return ['squareAvg', 'accDelta'];
  }

  protected update(
    group: ParamGroup<AdadeltaSettings>,
    updates: readonly Update[],
    number: NumberMaker,
  ): void {
    const gradientOf = penalised(group, number);
    const take = number(() => 1 - group.rho);
    const eps = number(() => group.eps);
    const descent = number(() => -group.lr);
    for (const update of updates) {
      const gradient = gradientOf(update);
      const square = approach(update.state('squareAvg'), gradient.mul(gradient), take);
      const steps = update.state('accDelta');
      const delta = steps.add(eps).sqrt().div(square.add(eps).sqrt()).mul(gradient);
      update.writeState('squareAvg', square);
      update.writeState('accDelta', approach(steps, delta.mul(delta), take));
      update.write(update.value.add(delta.mul(descent)));
    }
  }
}
