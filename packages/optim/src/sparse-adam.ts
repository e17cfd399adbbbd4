/** Adam for large tables of which each step touches few rows. */

import { any, where } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { literal } from '@tenfold/tensor/internal';
import { approach, requireBetas, requireNotNegative } from './descent.ts';
import { Optimizer } from './optimizer.ts';
import type { NumberMaker, Update } from './optimizer.ts';
import type { ParamGroup, Params } from './param-group.ts';

export interface SparseAdamOptions {
  /** Learning rate. Default 1e-3. */
  readonly lr?: number;
  /** Decay of the running means of the gradient and of its square. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the divisor. Default 1e-8. */
  readonly eps?: number;
  /** Whether to climb instead of descend. Default false. */
  readonly maximize?: boolean;
}

type SparseAdamSettings = Required<SparseAdamOptions>;

/**
 * Adam that leaves rows (positions of the first axis) alone, and their running means, whose gradient is 0 throughout, as
 * torch.optim.SparseAdam does with rows that a sparse gradient lacks. Gradients themselves are dense.
 */
export class SparseAdam extends Optimizer<SparseAdamSettings> {
  constructor(params: Params<SparseAdamSettings>, options: SparseAdamOptions = {}) {
    const { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-8, maximize = false } = options;
    super(params, { lr, betas, eps, maximize });
  }

  protected checkSettings({ lr, betas, eps }: SparseAdamSettings): void {
    requireNotNegative('SparseAdam', { lr, eps });
    requireBetas('SparseAdam', betas);
  }

  protected stateNames(): readonly string[] {
    return ['expAvg', 'expAvgSq'];
  }

  protected update(
    group: ParamGroup<SparseAdamSettings>,
    updates: readonly Update[],
    number: NumberMaker,
  ): void {
    const takeMean = number(() => 1 - group.betas[0]);
    const takeSquare = number(() => 1 - group.betas[1]);
    const eps = number(() => group.eps);
    const descent = number((step) => {
      const correction = Math.sqrt(1 - group.betas[1] ** step) / (1 - group.betas[0] ** step);
      return -group.lr * correction;
    });
    for (const update of updates) {
      const { value } = update;
      const gradient = group.maximize ? update.gradient.neg() : update.gradient;
      const touched = touchedRows(gradient);
      const [oldMean, oldSquare] = [update.state('expAvg'), update.state('expAvgSq')];
      const mean = where(touched, approach(oldMean, gradient, takeMean), oldMean);
      const square = where(touched, approach(oldSquare, gradient.mul(gradient), takeSquare), oldSquare);
      update.writeState('expAvg', mean);
      update.writeState('expAvgSq', square);
      const moved = value.add(mean.div(square.sqrt().add(eps)).mul(descent));
      update.write(where(touched, moved, value));
    }
  }
}

/** True for every element of a row that has an element other than 0. */
function touchedRows(gradient: Tensor): Tensor {
  const isNonzero = gradient.ne(literal(gradient, 0));
  if (gradient.ndim < 2) return isNonzero;
  const rest = gradient.shape.map((_, axis) => axis).slice(1);
  return any(isNonzero, rest, { keepdim: true });
}
