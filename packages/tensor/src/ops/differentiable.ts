/** How functions of one real variable are written whose derivative has a shorter or better form than the composed one. */

import { customGrad } from '../core/custom-grad.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { inFullPrecision } from './numeric.ts';

/**
 * `value(x)` of the float form of `self`, with the derivative `slope(x, y)`, which may read the result `y`. The slope is
 * itself made of operations, so that higher derivatives exist.
 */
export function differentiable(
  self: Tensor,
  value: (x: Tensor) => Tensor,
  slope: (x: Tensor, y: Tensor) => Tensor,
): Tensor {
  return inFullPrecision(self, (x) =>
    customGrad(
      [x],
      () => value(x),
      (gradient, y) => [raw.mul(gradient, slope(x, y))],
    ),
  );
}
