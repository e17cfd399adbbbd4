/** NAdam: Adam that looks ahead along its momentum, as Nesterov's method does. */

import { decayed, moments, requireBetas, requireNotNegative } from './descent.ts';
import type { MomentsOptions } from './descent.ts';
import { Optimizer } from './optimizer.ts';
import type { NumberMaker, Update } from './optimizer.ts';
import type { ParamGroup, Params } from './param-group.ts';
import type { Scalars } from './param-state.ts';

export interface NAdamOptions extends MomentsOptions {
  /** Learning rate. Default 2e-3. */
  readonly lr?: number;
  /** How fast the momentum grows to its final value. Default 4e-3. */
  readonly momentumDecay?: number;
}

type NAdamSettings = Required<NAdamOptions>;

/**
 * NAdam, as torch.optim.NAdam, with the momentum schedule `μₜ = β₁ (1 - 0.96^(tψ) / 2)`.
 * https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ
 */
export class NAdam extends Optimizer<NAdamSettings> {
  constructor(params: Params<NAdamSettings>, options: NAdamOptions = {}) {
    const {
      lr = 2e-3,
      betas = [0.9, 0.999],
      eps = 1e-8,
      weightDecay = 0,
      momentumDecay = 4e-3,
      decoupledWeightDecay = false,
      maximize = false,
    } = options;
    super(params, { lr, betas, eps, weightDecay, momentumDecay, decoupledWeightDecay, maximize });
  }

  protected checkSettings({ lr, betas, eps, weightDecay, momentumDecay }: NAdamSettings): void {
    requireNotNegative('NAdam', { lr, eps, weightDecay, momentumDecay });
    requireBetas('NAdam', betas);
  }

  protected stateNames(): readonly string[] {
    return ['expAvg', 'expAvgSq'];
  }

  protected override firstScalars(): Scalars {
    return { muProduct: 1 };
  }

  protected override advance(settings: NAdamSettings, step: number, scalars: Scalars): void {
    scalars['muProduct'] *= momentumAt(settings, step);
  }

  protected update(group: ParamGroup<NAdamSettings>, updates: readonly Update[], number: NumberMaker): void {
    const decay = decayed(group, group.decoupledWeightDecay, number);
    const meansOf = moments(group, number);
    const correction = number((step) => 1 / (1 - group.betas[1] ** step));
    const eps = number(() => group.eps);
    const byGradient = number(
      (step, { muProduct }) => (-group.lr * (1 - momentumAt(group, step))) / (1 - muProduct),
    );
    const byMean = number((step, { muProduct }) => {
      const next = momentumAt(group, step + 1);
      return (-group.lr * next) / (1 - muProduct * next);
    });
    for (const update of updates) {
      const { value, gradient } = decay(update);
      const { mean, square } = meansOf(update, gradient);
      const step = gradient.mul(byGradient).add(mean.mul(byMean));
      update.write(value.add(step.div(square.mul(correction).sqrt().add(eps))));
    }
  }
}

function momentumAt({ betas, momentumDecay }: NAdamSettings, step: number): number {
  return betas[0] * (1 - 0.5 * 0.96 ** (step * momentumDecay));
}
