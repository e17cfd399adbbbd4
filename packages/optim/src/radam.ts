/** RAdam: Adam whose first steps, from few samples of the variance, are taken without dividing by it. */

import { decayed, moments, requireBetas, requireNotNegative } from './descent.ts';
import type { MomentsOptions } from './descent.ts';
import { Optimizer } from './optimizer.ts';
import type { NumberMaker, Update } from './optimizer.ts';
import type { ParamGroup, Params } from './param-group.ts';

export interface RAdamOptions extends MomentsOptions {
  /** Learning rate. Default 1e-3. */
  readonly lr?: number;
}

type RAdamSettings = Required<RAdamOptions>;

/** RAdam, as torch.optim.RAdam. https://arxiv.org/abs/1908.03265 */
export class RAdam extends Optimizer<RAdamSettings> {
  constructor(params: Params<RAdamSettings>, options: RAdamOptions = {}) {
    const {
      lr = 1e-3,
      betas = [0.9, 0.999],
      eps = 1e-8,
      weightDecay = 0,
      decoupledWeightDecay = false,
      maximize = false,
    } = options;
    super(params, { lr, betas, eps, weightDecay, decoupledWeightDecay, maximize });
  }

  protected checkSettings({ lr, betas, eps, weightDecay }: RAdamSettings): void {
    requireNotNegative('RAdam', { lr, eps, weightDecay });
    requireBetas('RAdam', betas);
  }

  protected stateNames(): readonly string[] {
    return ['expAvg', 'expAvgSq'];
  }

  protected update(group: ParamGroup<RAdamSettings>, updates: readonly Update[], number: NumberMaker): void {
    const decay = decayed(group, group.decoupledWeightDecay, number);
    const meansOf = moments(group, number);
    const eps = number(() => group.eps);
    // Which of the two kinds of step is taken changes with time: one of the factors is 0.
    const rate = (step: number) => -group.lr / (1 - group.betas[0] ** step);
    const plain = number((step) => (rectification(group.betas[1], step) === 0 ? rate(step) : 0));
    const rectified = number((step) => {
      const correction = Math.sqrt(1 - group.betas[1] ** step);
      return rate(step) * correction * rectification(group.betas[1], step);
    });
    for (const update of updates) {
      const { value, gradient } = decay(update);
      const { mean, square } = meansOf(update, gradient);
      const factor = square.sqrt().add(eps).reciprocal().mul(rectified).add(plain);
      update.write(value.add(mean.mul(factor)));
    }
  }
}

/** How much the variance of the divisor is to be made up for; 0 while it is not known. */
function rectification(beta: number, step: number): number {
  const limit = 2 / (1 - beta) - 1;
  const length = limit - (2 * step * beta ** step) / (1 - beta ** step);
  if (length <= 5) return 0;
  return Math.sqrt(((length - 4) * (length - 2) * limit) / ((limit - 4) * (limit - 2) * length));
}
