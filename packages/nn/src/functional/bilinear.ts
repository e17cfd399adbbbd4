/** The bilinear map of two inputs. */

import { ShapeError, formatShape, sameShape } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { composed } from '@tenfold/tensor/internal';
import { requireSameDType, requireShape } from './checks.ts';

/**
 * `y_k = x₁ᵀ W_k x₂ + b_k` for `[..., I]`, `[..., J]`, a weight `[out, I, J]` and a bias `[out]`, as
 * torch.nn.functional.bilinear.
 * @throws ShapeError when sizes do not belong together.
 */
export function bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  return composed(input1, () => {
    const outer = input1.shape.slice(0, -1);
    const [size1, size2] = [input1.shape.at(-1), input2.shape.at(-1)];
    if (
      !sameShape(outer, input2.shape.slice(0, -1)) ||
      weight.ndim !== 3 ||
      size1 !== weight.shape[1] ||
      size2 !== weight.shape[2]
    ) {
      throw new ShapeError(
        `bilinear: inputs ${formatShape(input1.shape)} and ${formatShape(input2.shape)} with a weight ` +
          `${formatShape(weight.shape)}; expected [..., I], [..., J] and [out, I, J]`,
      );
    }
    requireSameDType('bilinear', ['first input', input1], ['second input', input2]);
    requireSameDType('bilinear', ['first input', input1], ['weight', weight]);
    const [out, rows, columns] = weight.shape;
    const matrix = weight.permute(1, 0, 2).reshape(rows, out * columns);
    const product = input1.matmul(matrix).reshape([...outer, out, columns]);
    const summed = product.mul(input2.unsqueeze(-2)).sum(-1);
    if (bias === null) return summed;
    requireShape('bilinear', 'bias', bias, [out]);
    return summed.add(bias);
  });
}
