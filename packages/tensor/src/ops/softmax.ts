/**
 * Softmax and its kin along one axis. The greatest element is subtracted first, so nothing overflows. Reductions and
 * elementwise work over the same rows fuse into one kernel.
 */

import { normalizeAxis } from '@tenfold/ir';
import type { DType } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { castTo, expandTo, literal } from '../core/broadcast.ts';
import { customGrad } from '../core/custom-grad.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { axesOf } from './dims.ts';
import type { Dim } from './dims.ts';
import { inFullPrecision } from './numeric.ts';
import { reduceAxes } from './reduce-axes.ts';
import type { KeepOptions } from './reduce-axes.ts';

export interface SoftmaxOptions {
  /** Cast to this dtype before computing. */
  readonly dtype?: DType;
}

function rowSum(x: Tensor, axes: readonly number[]): Tensor {
  return expandTo(reduceAxes('sum', x, axes, true), x.shape);
}

/** `x` less the greatest element of its row. */
function shifted(x: Tensor, axes: readonly number[]): Tensor {
  return raw.sub(x, expandTo(reduceAxes('max', x, axes, true), x.shape));
}

/** `exp(self)` divided by its sum along `dim`. As torch.softmax. */
export function softmax(self: Tensor, dim: number, options: SoftmaxOptions = {}): Tensor {
  const axes = axesOf('softmax', normalizeAxis('softmax', dim, self.ndim), self.ndim);
  return inFullPrecision(castTo(self, options.dtype ?? self.dtype), (x) =>
    customGrad(
      [x],
      () => {
        const powers = raw.exp(shifted(x, axes));
        // One division a row: multiplying is several times as fast.
        return raw.mul(powers, expandTo(raw.recip(reduceAxes('sum', powers, axes, true)), x.shape));
      },
      (gradient, y) => {
        const weighted = raw.mul(gradient, y);
        return [raw.sub(weighted, raw.mul(y, rowSum(weighted, axes)))];
      },
    ),
  );
}

/** The logarithm of the softmax along `dim`. As torch.log_softmax. */
export function logSoftmax(self: Tensor, dim: number, options: SoftmaxOptions = {}): Tensor {
  const axes = axesOf('logSoftmax', normalizeAxis('logSoftmax', dim, self.ndim), self.ndim);
  return inFullPrecision(castTo(self, options.dtype ?? self.dtype), (x) =>
    customGrad(
      [x],
      () => {
        const distance = shifted(x, axes);
        const total = reduceAxes('sum', raw.exp(distance), axes, true);
        return raw.sub(distance, expandTo(raw.log(total), x.shape));
      },
      (gradient, y) => {
        const share = raw.mul(raw.exp(y), rowSum(gradient, axes));
        return [raw.sub(gradient, share)];
      },
    ),
  );
}

/** `log(sum(exp(self)))` over `dim`, one axis or several; -Infinity of nothing. As torch.logsumexp. */
export function logsumexp(self: Tensor, dim: Dim, options: KeepOptions = {}): Tensor {
  const axes = axesOf('logsumexp', dim, self.ndim);
  return inFullPrecision(self, (x) => {
    if (axes.length === 0) return x;
    const top = apply('detach', [finiteOrZero(reduceAxes('max', x, axes, true))], undefined);
    const powers = raw.exp(raw.sub(x, expandTo(top, x.shape)));
    const total = reduceAxes('sum', powers, axes, true);
    const result = raw.add(raw.log(total), top);
    return options.keepdim
      ? result
      : apply('reshape', [result], { shape: x.shape.filter((_, axis) => !axes.includes(axis)) });
  });
}

/** An infinite maximum must not be subtracted from itself. */
function finiteOrZero(x: Tensor): Tensor {
  const infinite = raw.eq(raw.abs(x), literal(x, Infinity));
  return raw.where(infinite, literal(x, 0), x);
}
