/**
 * Softmax and its kin along one axis. The greatest element is subtracted first, so nothing overflows. Reductions and
 * elementwise work over the same rows fuse into one kernel.
 */

import { normalizeAxis } from '@tenfold/ir';
import type { DType } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { castTo, expandTo, literal } from '../core/broadcast.ts';
import { customGrad } from '../core/custom-grad.ts';
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
  return apply('sub', [x, expandTo(reduceAxes('max', x, axes, true), x.shape)], undefined);
}

/** `exp(self)` divided by its sum along `dim`. As torch.softmax. */
export function softmax(self: Tensor, dim: number, options: SoftmaxOptions = {}): Tensor {
  const axes = axesOf('softmax', normalizeAxis('softmax', dim, self.ndim), self.ndim);
  return inFullPrecision(castTo(self, options.dtype ?? self.dtype), (x) =>
    customGrad(
      [x],
      () => {
        const powers = apply('exp', [shifted(x, axes)], undefined);
        return apply('div', [powers, rowSum(powers, axes)], undefined);
      },
      (gradient, y) => {
        const weighted = apply('mul', [gradient, y], undefined);
        return [apply('sub', [weighted, apply('mul', [y, rowSum(weighted, axes)], undefined)], undefined)];
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
        const total = reduceAxes('sum', apply('exp', [distance], undefined), axes, true);
        return apply('sub', [distance, expandTo(apply('log', [total], undefined), x.shape)], undefined);
      },
      (gradient, y) => {
        const share = apply('mul', [apply('exp', [y], undefined), rowSum(gradient, axes)], undefined);
        return [apply('sub', [gradient, share], undefined)];
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
    const powers = apply('exp', [apply('sub', [x, expandTo(top, x.shape)], undefined)], undefined);
    const total = reduceAxes('sum', powers, axes, true);
    const result = apply('add', [apply('log', [total], undefined), top], undefined);
    return options.keepdim
      ? result
      : apply('reshape', [result], { shape: x.shape.filter((_, axis) => !axes.includes(axis)) });
  });
}

/** An infinite maximum must not be subtracted from itself. */
function finiteOrZero(x: Tensor): Tensor {
  const infinite = apply('eq', [apply('abs', [x], undefined), literal(x, Infinity)], undefined);
  return apply('where', [infinite, literal(x, 0), x], undefined);
}
