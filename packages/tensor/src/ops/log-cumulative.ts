/** The running logarithm of a sum of exponentials. */

import { normalizeAxis } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import type { Tensor } from '../core/tensor.ts';
import { logaddexp } from './log-space.ts';
import { inFullPrecision } from './numeric.ts';
import { sliceAxis } from './slice-axis.ts';

/**
 * `log(cumsum(exp(self)))` along `dim`, without overflow. As torch.logcumsumexp. In as many steps as the length has binary
 * digits: each adds to every element the sum that ends where its own begins (Hillis and Steele, "Data parallel
 * algorithms", 1986).
 */
export function logcumsumexp(self: Tensor, dim: number): Tensor {
  const axis = normalizeAxis('logcumsumexp', dim, self.ndim);
  return inFullPrecision(self, (x) => {
    if (x.ndim === 0) return x;
    const length = x.shape[axis];
    let sums = x;
    for (let reach = 1; reach < length; reach *= 2) sums = logaddexp(sums, delayed(sums, axis, reach));
    return sums;
  });
}

/** Every element `by` places later; nothing, whose logarithm is -Infinity, at the start. */
function delayed(x: Tensor, axis: number, by: number): Tensor {
  const kept = sliceAxis(x, axis, 0, x.shape[axis] - by);
  const zeros = x.shape.map(() => 0);
  const lo = zeros.map((_, a) => (a === axis ? by : 0));
  return apply('pad', [kept], { lo, hi: zeros, interior: zeros, value: -Infinity });
}
