/** Adagrad: steps divided by the root of the sum of all squared gradients so far. */

import { penalised, requireNotNegative } from './descent.ts';
import { Optimizer } from './optimizer.ts';
import type { NumberMaker, Update } from './optimizer.ts';
import type { ParamGroup, Params } from './param-group.ts';

export interface AdagradOptions {
  /** Learning rate. Default 0.01. */
  readonly lr?: number;
  /** How fast the learning rate falls: it is divided by `1 + (step - 1) · lrDecay`. Default 0. */
  readonly lrDecay?: number;
  /** The L2 penalty. Default 0. */
  readonly weightDecay?: number;
  /** What the sums of squares begin with. Default 0. */
  readonly initialAccumulatorValue?: number;
  /** Added to the divisor. Default 1e-10. */
  readonly eps?: number;
  /** Whether to climb instead of descend. Default false. */
  readonly maximize?: boolean;
}

type AdagradSettings = Required<AdagradOptions>;

/** Adagrad, as torch.optim.Adagrad: `s = s + g²`, `p = p - lr·g / (√s + ε)`. http://jmlr.org/papers/v12/duchi11a.html */
export class Adagrad extends Optimizer<AdagradSettings> {
  constructor(params: Params<AdagradSettings>, options: AdagradOptions = {}) {
    const {
      lr = 1e-2,
      lrDecay = 0,
      weightDecay = 0,
      initialAccumulatorValue = 0,
      eps = 1e-10,
      maximize = false,
    } = options;
    super(params, { lr, lrDecay, weightDecay, initialAccumulatorValue, eps, maximize });
  }

  protected checkSettings({ lr, lrDecay, weightDecay, initialAccumulatorValue, eps }: AdagradSettings): void {
    requireNotNegative('Adagrad', { lr, lrDecay, weightDecay, initialAccumulatorValue, eps });
  }

  protected stateNames(): readonly string[] {
    return ['sum'];
  }

  protected update(
    group: ParamGroup<AdagradSettings>,
    updates: readonly Update[],
    number: NumberMaker,
  ): void {
    const gradientOf = penalised(group, number);
    const descent = number((step) => -group.lr / (1 + (step - 1) * group.lrDecay));
    // State tensors begin with zeros.
    const start = number((step) => (step === 1 ? group.initialAccumulatorValue : 0));
    const eps = number(() => group.eps);
    for (const update of updates) {
      const gradient = gradientOf(update);
      const sum = update.state('sum').add(start).add(gradient.mul(gradient));
      update.writeState('sum', sum);
      update.write(update.value.add(gradient.div(sum.sqrt().add(eps)).mul(descent)));
    }
  }
}
