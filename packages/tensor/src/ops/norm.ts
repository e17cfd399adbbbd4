/** Vector norms. */

import { apply } from '../core/apply.ts';
import { castTo, expandTo, literal, numberTensor } from '../core/broadcast.ts';
import { customGrad } from '../core/custom-grad.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { axesOf, withOnes } from './dims.ts';
import type { Dim } from './dims.ts';
import { inFullPrecision } from './numeric.ts';
import { checkNotEmpty, reduceAxes } from './reduce-axes.ts';
import type { KeepOptions } from './reduce-axes.ts';

/**
 * The `p`-norm over `dim` (all axes unless given): `sum(|x|^p)^(1/p)`, the greatest magnitude for Infinity, the least
 * for -Infinity, the number of elements other than 0 for p = 0; 'fro' is 2, and the nuclear norm is
 * `linalg.matrixNorm(x, 'nuc')`. The gradient of the 2-norm at 0 is 0. Integers become float32. As torch.norm.
 */
export function norm(self: Tensor, p: number | 'fro' = 'fro', dim?: Dim, options: KeepOptions = {}): Tensor {
  const axes = axesOf('norm', dim, self.ndim);
  const { keepdim = false } = options;
  return inFullPrecision(self, (x) => {
    switch (p) {
      case 'fro':
      case 2:
        return euclidean(x, axes, keepdim);
      case 1:
        return reduceAxes('sum', raw.abs(x), axes, keepdim);
      case 0:
        return count(x, axes, keepdim);
      case Infinity:
      case -Infinity:
        checkNotEmpty('norm', x, axes);
        return reduceAxes(p > 0 ? 'max' : 'min', raw.abs(x), axes, keepdim);
      default:
        return general(x, p, axes, keepdim);
    }
  });
}

/** How many elements are not 0: flat almost everywhere. */
function count(x: Tensor, axes: readonly number[], keepdim: boolean): Tensor {
  return customGrad(
    [x],
    () => reduceAxes('sum', castTo(raw.ne(x, literal(x, 0)), x.dtype), axes, keepdim),
    () => [literal(x, 0)],
  );
}

function euclidean(x: Tensor, axes: readonly number[], keepdim: boolean): Tensor {
  return customGrad(
    [x],
    () => raw.sqrt(reduceAxes('sum', raw.mul(x, x), axes, keepdim)),
    (gradient, length) => {
      const safe = zeroWhere(length, raw.div(gradient, length));
      const kept = keepdim ? safe : apply('reshape', [safe], { shape: withOnes(x.shape, axes) });
      return [raw.mul(x, expandTo(kept, x.shape))];
    },
  );
}

function general(x: Tensor, p: number, axes: readonly number[], keepdim: boolean): Tensor {
  const magnitude = () => raw.abs(x);
  return customGrad(
    [x],
    () => power(reduceAxes('sum', power(magnitude(), p), axes, keepdim), 1 / p),
    (gradient, length) => {
      const scale = zeroWhere(length, raw.div(gradient, power(length, p - 1)));
      const kept = keepdim ? scale : apply('reshape', [scale], { shape: withOnes(x.shape, axes) });
      const slope = raw.mul(raw.sign(x), zeroWhere(x, power(magnitude(), p - 1)));
      return [raw.mul(slope, expandTo(kept, x.shape))];
    },
  );
}

function power(x: Tensor, exponent: number): Tensor {
  return raw.pow(x, expandTo(numberTensor(x.home, exponent, x.dtype), x.shape));
}

/** `value`, but 0 where `x` is 0: the norms are not differentiable there, and PyTorch's choice is 0. */
function zeroWhere(x: Tensor, value: Tensor): Tensor {
  const zero = literal(x, 0);
  return raw.where(raw.eq(x, zero), zero, value);
}
