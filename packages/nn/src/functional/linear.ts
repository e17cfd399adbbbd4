/** The affine map of the last axis. */

import { ShapeError, formatShape } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { composed, forProduct } from '@tenfold/tensor/internal';
import { requireSameDType, requireShape } from './checks.ts';

/**
 * `x Wᵀ + b` for an input `[..., in]`, a weight `[out, in]` and a bias `[out]`, as torch.nn.functional.linear.
 * @throws ShapeError when the input's last axis is not the weight's.
 */
export function linear(input: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  return composed(input, () => {
    const [x, w] = [forProduct(input), forProduct(weight)];
    if (weight.ndim !== 2) {
      throw new ShapeError(`linear: the weight has shape ${formatShape(weight.shape)}, expected [out, in]`);
    }
    const [outFeatures, inFeatures] = weight.shape;
    if (input.shape.at(-1) !== inFeatures) {
      throw new ShapeError(
        `linear: the input has shape ${formatShape(input.shape)}, the weight ${formatShape(weight.shape)}; ` +
          `the input's last axis must be ${inFeatures}` +
          (input.shape.at(-1) === outFeatures ? '; is the weight transposed?' : ''),
      );
    }
    requireSameDType('linear', ['input', x], ['weight', w]);
    const product = x.matmul(w.t());
    if (bias === null) return product;
    requireShape('linear', 'bias', bias, [outFeatures]);
    return product.add(forProduct(bias));
  });
}
