/** Variance and standard deviation. */

import { DTypeError, isFloat } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { expandTo, literal } from '../core/broadcast.ts';
import { customGrad } from '../core/custom-grad.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { axesOf, withOnes } from './dims.ts';
import type { Dim } from './dims.ts';
import { inFullPrecision } from './numeric.ts';
import { mean } from './reduce.ts';
import { countOf, reduceAxes } from './reduce-axes.ts';
import type { KeepOptions } from './reduce-axes.ts';

export interface VarianceOptions extends KeepOptions {
  /** Taken from the number of elements that the squares are divided by. 1 (the default) gives the unbiased estimate. */
  readonly correction?: number;
}

/**
 * The variance: mean squared distance from the mean, over `n - correction`. As torch.var; the method is `x.var()`.
 * @throws DTypeError for integers and bools.
 * @see https://pytorch.org/docs/stable/generated/torch.var.html
 */
export function variance(self: Tensor, dim?: Dim, options: VarianceOptions = {}): Tensor {
  const axes = check('var', self, dim);
  return inFullPrecision(self, (x) => reduceVariance(x, axes, options));
}

/** The square root of the variance; at 0 its gradient is 0. As torch.std. Raises DTypeError for integers and bools. */
export function std(self: Tensor, dim?: Dim, options: VarianceOptions = {}): Tensor {
  const axes = check('std', self, dim);
  return inFullPrecision(self, (x) => {
    const square = reduceVariance(x, axes, options);
    return customGrad(
      [square],
      () => raw.sqrt(square),
      (gradient, deviation) => {
        const slope = raw.div(gradient, raw.add(deviation, deviation));
        const zero = literal(deviation, 0);
        return [raw.where(raw.eq(deviation, zero), zero, slope)];
      },
    );
  });
}

/** The variance and the mean. As torch.var_mean. */
export function varMean(self: Tensor, dim?: Dim, options: VarianceOptions = {}): [Tensor, Tensor] {
  return [variance(self, dim, options), mean(self, dim, { keepdim: options.keepdim })];
}

/** The standard deviation and the mean. As torch.std_mean. */
export function stdMean(self: Tensor, dim?: Dim, options: VarianceOptions = {}): [Tensor, Tensor] {
  return [std(self, dim, options), mean(self, dim, { keepdim: options.keepdim })];
}

function check(op: string, self: Tensor, dim: Dim | undefined): number[] {
  if (!isFloat(self.dtype)) throw new DTypeError(`${op}: needs floats, got ${self.dtype}; cast with float()`);
  return axesOf(op, dim, self.ndim);
}

function reduceVariance(
  x: Tensor,
  axes: readonly number[],
  { correction = 1, keepdim = false }: VarianceOptions,
): Tensor {
  const count = countOf(x, axes);
  const divisor = Math.max(count - correction, 0);
  const centred = () => {
    const total = reduceAxes('sum', x, axes, true);
    const average = raw.div(total, literal(total, count));
    return raw.sub(x, expandTo(average, x.shape));
  };
  // The composed gradient would also pass through the mean, only to sum to zero there.
  return customGrad(
    [x],
    () => {
      const distance = centred();
      const total = reduceAxes('sum', raw.mul(distance, distance), axes, keepdim);
      return raw.div(total, literal(total, divisor));
    },
    (gradient) => {
      const kept = keepdim ? gradient : apply('reshape', [gradient], { shape: withOnes(x.shape, axes) });
      const scaled = raw.mul(kept, literal(kept, 2 / divisor));
      return [raw.mul(expandTo(scaled, x.shape), centred())];
    },
  );
}
