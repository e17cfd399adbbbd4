/** Negative log-likelihoods of counts and of real numbers, with the rate or the mean and variance predicted. */

import { ArgumentError, ShapeError, broadcastShapes, formatShape, sameShape } from '@tenfold/ir';
import { where } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { composed, literal } from '@tenfold/tensor/internal';
import { atLeast } from './distances.ts';
import { reduceLoss } from './reduction.ts';
import type { LossOptions } from './reduction.ts';

export interface PoissonNllLossOptions extends LossOptions {
  /** Whether the input is the logarithm of the rate. Default true. */
  readonly logInput?: boolean;
  /** Whether to add Stirling's approximation of log(target!). Default false. */
  readonly full?: boolean;
  /** Added to a rate before its logarithm is taken. Default 1e-8. */
  readonly eps?: number;
}

/** The negative log-likelihood of counts under Poisson distributions, as torch.nn.functional.poisson_nll_loss. */
export function poissonNllLoss(input: Tensor, target: Tensor, options: PoissonNllLossOptions = {}): Tensor {
  const { logInput = true, full = false, eps = 1e-8, reduction } = options;
  broadcastShapes('poissonNllLoss', input.shape, target.shape);
  return composed(input, () => {
    const losses = logInput
      ? input.exp().sub(target.mul(input))
      : input.sub(target.mul(input.add(eps).log()));
    return reduceLoss('poissonNllLoss', full ? losses.add(stirling(target)) : losses, reduction);
  });
}

/** `log(n!)` for n above 1 by Stirling's formula; 0 below. */
function stirling(count: Tensor): Tensor {
  const one = literal(count, 1);
  const isSmall = count.le(one);
  const n = where(isSmall, one, count);
  const root = n.mul(2 * Math.PI).log().mul(0.5); // prettier-ignore
  const approximation = n.mul(n.log()).sub(n).add(root);
  return where(isSmall, literal(approximation, 0), approximation);
}

export interface GaussianNllLossOptions extends LossOptions {
  /** Whether to add the constant `log(2π) / 2`. Default false. */
  readonly full?: boolean;
  /** The least variance. Default 1e-6. */
  readonly eps?: number;
}

/**
 * `(log var + (input - target)² / var) / 2`, as torch.nn.functional.gaussian_nll_loss. The variance has the shape of the
 * input, or lacks its last axis, or has 1 there. Variances below `eps` count as `eps`; the gradient passes.
 */
export function gaussianNllLoss(
  input: Tensor,
  target: Tensor,
  variance: Tensor,
  { full = false, eps = 1e-6, reduction }: GaussianNllLossOptions = {},
): Tensor {
  return composed(input, () => {
    if (!(eps >= 0))
      throw new ArgumentError(`gaussianNllLoss: eps is ${eps}, expected a number of at least 0`);
    const bounded = atLeast(inLine(input, variance), eps);
    const error = input.sub(target);
    const twice = bounded.log().add(error.mul(error).div(bounded));
    const losses = twice.mul(literal(twice, 0.5));
    const constant = 0.5 * Math.log(2 * Math.PI);
    return reduceLoss('gaussianNllLoss', full ? losses.add(literal(losses, constant)) : losses, reduction);
  });
}

function inLine(input: Tensor, variance: Tensor): Tensor {
  if (sameShape(input.shape, variance.shape)) return variance;
  const rows = input.shape.slice(0, -1);
  if (sameShape(rows, variance.shape)) return variance.unsqueeze(-1);
  if (input.ndim > 0 && sameShape([...rows, 1], variance.shape)) return variance;
  throw new ShapeError(
    `gaussianNllLoss: the input has shape ${formatShape(input.shape)}, the variance ${formatShape(variance.shape)}; ` +
      `expected ${formatShape(input.shape)}, ${formatShape(rows)} or ${formatShape([...rows, 1])}`,
  );
}
