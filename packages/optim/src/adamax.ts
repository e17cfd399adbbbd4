/** Adamax: Adam with the greatest gradient in the place of the mean square. */

import { approach, penalised, requireBetas, requireNotNegative } from './descent.ts';
import { Optimizer } from './optimizer.ts';
import type { NumberMaker, Update } from './optimizer.ts';
import type { ParamGroup, Params } from './param-group.ts';

export interface AdamaxOptions {
  /** Learning rate. Default 2e-3. */
  readonly lr?: number;
  /** Decay of the running mean, and of the running maximum. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the magnitude of the gradient. Default 1e-8. */
  readonly eps?: number;
  /** The L2 penalty. Default 0. */
  readonly weightDecay?: number;
  /** Whether to climb instead of descend. Default false. */
  readonly maximize?: boolean;
}

type AdamaxSettings = Required<AdamaxOptions>;

/** Adamax, as torch.optim.Adamax: `u = max(β₂·u, |g| + ε)`, `p = p - lr / (1 - β₁ᵗ) · m / u`. https://arxiv.org/abs/1412.6980 */
export class Adamax extends Optimizer<AdamaxSettings> {
  constructor(params: Params<AdamaxSettings>, options: AdamaxOptions = {}) {
    const { lr = 2e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0, maximize = false } = options;
    super(params, { lr, betas, eps, weightDecay, maximize });
  }

  protected checkSettings({ lr, betas, eps, weightDecay }: AdamaxSettings): void {
    requireNotNegative('Adamax', { lr, eps, weightDecay });
    requireBetas('Adamax', betas);
  }

  protected stateNames(): readonly string[] {
    return ['expAvg', 'expInf'];
  }

  protected update(group: ParamGroup<AdamaxSettings>, updates: readonly Update[], number: NumberMaker): void {
    const gradientOf = penalised(group, number);
    const take = number(() => 1 - group.betas[0]);
    const keep = number(() => group.betas[1]);
    const eps = number(() => group.eps);
    const descent = number((step) => -group.lr / (1 - group.betas[0] ** step));
    for (const update of updates) {
      const gradient = gradientOf(update);
      const mean = approach(update.state('expAvg'), gradient, take);
      const greatest = update.state('expInf').mul(keep).maximum(gradient.abs().add(eps));
      update.writeState('expAvg', mean);
      update.writeState('expInf', greatest);
      update.write(update.value.add(mean.div(greatest).mul(descent)));
    }
  }
}
