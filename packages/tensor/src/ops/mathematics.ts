/**
 * The methods of the mathematical modules: pointwise functions, statistics and cumulative operations. Some of these
 * modules hold functions too that tensors do not have as methods in PyTorch either.
 */

import type { Tensor } from '../core/tensor.ts';
import { polygamma as polygammaOf } from './gamma.ts';

export { bernoulli, multinomial } from '../creation/distributions.ts';
export { newEmpty, newFull, newOnes, newTensor, newZeros } from '../creation/new.ts';
export { igamma, igammac } from '../special/incomplete-gamma.ts';
export { i0 } from '../special/modified-bessel.ts';
export * from './aliases.ts';
export * from './angles.ts';
export * from './counting.ts';
export * from './covariance.ts';
export { diff } from './differences.ts';
export { erfc, erfinv } from './error-function.ts';
export * from './float-bits.ts';
export { digamma, lgamma, mvlgamma } from './gamma.ts';
export * from './histogram.ts';
export * from './inverse-trigonometric.ts';
export * from './log-cumulative.ts';
export { logaddexp, logaddexp2, logit, xlogy } from './log-space.ts';
export * from './median.ts';
export * from './nonfinite.ts';
export * from './pairs.ts';
export * from './quantile.ts';
export * from './rectifier.ts';
export * from './remainders.ts';
export * from './running-extremum.ts';

/** The `n`-th derivative of `digamma`. As torch.Tensor.polygamma. */
export function polygamma(self: Tensor, n: number): Tensor {
  return polygammaOf(n, self);
}
