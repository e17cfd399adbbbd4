/** Adafactor: the mean square of a matrix's gradient kept as one number a row and one a column. */

import type { Shape } from '@tenfold/ir';
import { clamp, norm } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { literal } from '@tenfold/tensor/internal';
import { approach, requireNotNegative, requireThat, shrinkage } from './descent.ts';
import { Optimizer } from './optimizer.ts';
import type { NumberMaker, Update } from './optimizer.ts';
import type { ParamGroup, Params } from './param-group.ts';

export interface AdafactorOptions {
  /** The greatest relative step size. Default 0.01. */
  readonly lr?: number;
  /** The power with which the share of a new square falls. Default -0.8. */
  readonly beta2Decay?: number;
  /** The least root mean square of a gradient (0: the precision of the dtype), and of a parameter. Default [0, 1e-3]. */
  readonly eps?: readonly [number, number];
  /** The greatest root mean square of an update. Default 1. */
  readonly d?: number;
  /** Decoupled: parameters shrink by so much times lr. Default 0. */
  readonly weightDecay?: number;
  /** Whether to climb instead of descend. Default false. */
  readonly maximize?: boolean;
}

type AdafactorSettings = Required<AdafactorOptions>;

/**
 * Adafactor without momentum, as torch.optim.Adafactor of PyTorch 2.5: steps are relative to the size of a parameter, and
 * the state of `[..., m, n]` takes m + n numbers each instead of m · n. https://arxiv.org/abs/1804.04235
 */
export class Adafactor extends Optimizer<AdafactorSettings> {
  constructor(params: Params<AdafactorSettings>, options: AdafactorOptions = {}) {
    const {
      lr = 1e-2,
      beta2Decay = -0.8,
      eps = [0, 1e-3],
      d = 1,
      weightDecay = 0,
      maximize = false,
    } = options;
    super(params, { lr, beta2Decay, eps, d, weightDecay, maximize });
  }

  protected checkSettings({ lr, beta2Decay, eps, d, weightDecay }: AdafactorSettings): void {
    requireNotNegative('Adafactor', { lr, 'eps[0]': eps[0], 'eps[1]': eps[1], weightDecay });
    requireThat('Adafactor', beta2Decay <= 0, `beta2Decay is ${beta2Decay}, expected a number of at most 0`);
    requireThat('Adafactor', d >= 1, `d is ${d}, expected a number of at least 1`);
  }

  protected stateNames(_: AdafactorSettings, shape: Shape): readonly string[] {
    return shape.length > 1 ? ['rowVar', 'colVar'] : ['variance'];
  }

  protected override stateShape(name: string, shape: Shape): Shape {
    const reduced = name === 'rowVar' ? shape.length - 1 : name === 'colVar' ? shape.length - 2 : -1;
    return shape.map((size, axis) => (axis === reduced ? 1 : size));
  }

  protected update(
    group: ParamGroup<AdafactorSettings>,
    updates: readonly Update[],
    number: NumberMaker,
  ): void {
    const precision = updates[0].value.dtype === 'float64' ? 2 ** -52 : 2 ** -23;
    const share = number((step) => step ** group.beta2Decay);
    const rate = number((step) => -Math.min(group.lr, 1 / Math.sqrt(step)));
    const leastSquare = number(() => (group.eps[0] || precision) ** 2);
    const leastMean = number(() => group.eps[0] || precision);
    const leastSize = number(() => group.eps[1]);
    const clip = number(() => 1 / group.d);
    const shrink = shrinkage(group, number);
    for (const update of updates) {
      const { value } = update;
      const gradient = group.maximize ? update.gradient.neg() : update.gradient;
      const estimate =
        gradient.ndim > 1 ? factored(update, gradient, share, leastMean) : plain(update, gradient, share);
      const direction = gradient.mul(clamp(estimate, leastSquare).rsqrt());
      const excess = rootMeanSquare(direction).mul(clip);
      const scale = clamp(rootMeanSquare(value), leastSize).mul(rate);
      const step = direction.mul(scale.div(excess.maximum(literal(excess, 1))));
      update.write((shrink ? value.mul(shrink) : value).add(step));
    }
  }
}

/** The outer product of row and column means over the mean of all. */
function factored(update: Update, gradient: Tensor, share: Tensor, least: Tensor): Tensor {
  const square = gradient.mul(gradient);
  const row = approach(update.state('rowVar'), square.mean(-1, { keepdim: true }), share);
  const column = approach(update.state('colVar'), square.mean(-2, { keepdim: true }), share);
  update.writeState('rowVar', row);
  update.writeState('colVar', column);
  return row.mul(column).div(clamp(row.mean(-2, { keepdim: true }), least));
}

function plain(update: Update, gradient: Tensor, share: Tensor): Tensor {
  const estimate = approach(update.state('variance'), gradient.mul(gradient), share);
  update.writeState('variance', estimate);
  return estimate;
}

function rootMeanSquare(x: Tensor): Tensor {
  const length = norm(x);
  return length.mul(literal(length, 1 / Math.sqrt(x.numel)));
}
