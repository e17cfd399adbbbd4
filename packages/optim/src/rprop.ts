/** Rprop: a step size for each element, which grows while the gradient keeps its sign. For whole batches. */

import { clamp, sign, where } from '@tenfold/tensor/base';
import { literal } from '@tenfold/tensor/internal';
import { requireNotNegative, requireThat } from './descent.ts';
import { Optimizer } from './optimizer.ts';
import type { NumberMaker, Update } from './optimizer.ts';
import type { ParamGroup, Params } from './param-group.ts';

export interface RpropOptions {
  /** The first step size. Default 0.01. */
  readonly lr?: number;
  /** The factors of a step size when the sign of the gradient changes, and when it stays. Default [0.5, 1.2]. */
  readonly etas?: readonly [number, number];
  /** The least and the greatest step size. Default [1e-6, 50]. */
  readonly stepSizes?: readonly [number, number];
  /** Whether to climb instead of descend. Default false. */
  readonly maximize?: boolean;
}

type RpropSettings = Required<RpropOptions>;

/** Resilient backpropagation, as torch.optim.Rprop. https://doi.org/10.1109/ICNN.1993.298623 */
export class Rprop extends Optimizer<RpropSettings> {
  constructor(params: Params<RpropSettings>, options: RpropOptions = {}) {
    const { lr = 1e-2, etas = [0.5, 1.2], stepSizes = [1e-6, 50], maximize = false } = options;
    super(params, { lr, etas, stepSizes, maximize });
  }

  protected checkSettings({ lr, etas, stepSizes }: RpropSettings): void {
    requireNotNegative('Rprop', { lr, 'stepSizes[0]': stepSizes[0], 'stepSizes[1]': stepSizes[1] });
    const [shrink, grow] = etas;
    const fits = shrink > 0 && shrink < 1 && grow > 1;
    requireThat('Rprop', fits, `etas are [${etas.join(', ')}], expected one from 0 to 1 and one above 1`);
  }

  protected stateNames(): readonly string[] {
    return ['prev', 'stepSize'];
  }

  protected update(group: ParamGroup<RpropSettings>, updates: readonly Update[], number: NumberMaker): void {
    const [shrink, grow] = [0, 1].map((i) => number(() => group.etas[i]));
    const [least, greatest] = [0, 1].map((i) => number(() => group.stepSizes[i]));
    // State tensors begin with zeros.
    const start = number((step) => (step === 1 ? group.lr : 0));
    for (const update of updates) {
      const gradient = group.maximize ? update.gradient.neg() : update.gradient;
      const zero = literal(gradient, 0);
      const agreement = gradient.mul(update.state('prev'));
      const factor = where(agreement.gt(zero), grow, where(agreement.lt(zero), shrink, literal(gradient, 1)));
      const size = clamp(update.state('stepSize').add(start).mul(factor), least, greatest);
      // After a change of sign the element rests for a step.
      const used = where(agreement.lt(zero), zero, gradient);
      update.writeState('prev', used);
      update.writeState('stepSize', size);
      update.write(update.value.sub(sign(used).mul(size)));
    }
  }
}
