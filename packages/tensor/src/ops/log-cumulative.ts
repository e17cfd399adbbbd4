/** The running logarithm of a sum of exponentials. */

import { normalizeAxis } from '@tenfold/ir';
import { computedOnce } from '../core/computed-once.ts';
import type { Tensor } from '../core/tensor.ts';
import { cat } from './join.ts';
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
    for (let reach = 1; reach < length; reach *= 2) {
      sums = computedOnce(sums);
      const earlier = sliceAxis(sums, axis, 0, length - reach);
      const later = sliceAxis(sums, axis, reach, length - reach);
      sums = cat([sliceAxis(sums, axis, 0, reach), logaddexp(later, earlier)], axis);
    }
    return sums;
  });
}
