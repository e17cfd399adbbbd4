/** Orthogonal initial values. */

import { ShapeError, formatShape } from '@tenfold/ir';
import { diagonal, randn, sign } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { qr } from '@tenfold/tensor/linalg';
import { write } from './write.ts';
import type { RandomInitOptions } from './write.ts';

export interface OrthogonalOptions extends RandomInitOptions {
  /** A factor for all values; see calculateGain. Default 1. */
  readonly gain?: number;
}

/**
 * A random matrix of orthonormal rows, or columns where there are fewer of those, as torch.nn.init.orthogonal_; axes after the
 * first count as one. https://arxiv.org/abs/1312.6120
 * @throws ShapeError for fewer than two axes.
 */
export function orthogonal_(tensor: Tensor, { gain = 1, generator }: OrthogonalOptions = {}): Tensor {
  if (tensor.ndim < 2)
    throw new ShapeError(
      `orthogonal_: the tensor has shape ${formatShape(tensor.shape)}, expected at least two axes`,
    );
  return write(tensor, (shape, { dtype, device }) => {
    const [rows] = shape;
    const columns = tensor.numel / rows;
    const wide = rows < columns;
    // Half floats have no QR decomposition.
    const precise = dtype === 'float64' ? dtype : 'float32';
    const random = randn(wide ? [columns, rows] : [rows, columns], { dtype: precise, device, generator });
    const { Q, R } = qr(random);
    // With the signs of R's diagonal, all orthogonal matrices are equally likely.
    const uniform = Q.mul(sign(diagonal(R)));
    return (wide ? uniform.t() : uniform).reshape(shape).mul(gain).to(dtype);
  });
}
