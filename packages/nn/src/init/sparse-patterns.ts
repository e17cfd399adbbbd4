/** Initial values of which most, or some, are zero: kernels that pass their input through, and sparse matrices. */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import { arange, argsort, maskedFill, rand, randn } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { write } from './write.ts';
import type { RandomInitOptions } from './write.ts';

export interface DiracOptions {
  /** Into how many parts the channels are divided, each of which passes its own input through. Default 1. */
  readonly groups?: number;
}

/**
 * Makes a convolution pass its input through, as torch.nn.init.dirac_: in the middle of the kernel of `[out, in, ...]`, channel
 * `i` of each group is 1 for input `i`; zeros elsewhere.
 * @throws ShapeError unless there are 3 to 5 axes; ArgumentError where the groups do not divide the outputs.
 */
export function dirac_(tensor: Tensor, { groups = 1 }: DiracOptions = {}): Tensor {
  if (tensor.ndim < 3 || tensor.ndim > 5) {
    throw new ShapeError(
      `dirac_: the tensor has shape ${formatShape(tensor.shape)}, expected [out, in, ...] with 1 to 3 axes of a kernel`,
    );
  }
  const [out] = tensor.shape;
  if (!Number.isInteger(groups) || groups < 1 || out % groups !== 0)
    throw new ArgumentError(`dirac_: groups is ${groups}, which must divide the ${out} outputs`);
  return write(tensor, (shape, { dtype, device }) => {
    const along = (axis: number) =>
      arange(shape[axis], { device }).reshape(shape.map((size, i) => (i === axis ? size : 1)));
    const channel = arange(out / groups, { device }).expand(groups, -1);
    const outputs = channel.reshape([out, ...shape.slice(1).map(() => 1)]);
    return shape.slice(2).reduce(
      (product, size, i) =>
        product.mul(
          along(i + 2)
            .eq(Math.floor(size / 2))
            .to(dtype),
        ),
      outputs.eq(along(1)).to(dtype),
    );
  });
}

export interface SparseOptions extends RandomInitOptions {
  /** Standard deviation of the numbers that are not zero. Default 0.01. */
  readonly std?: number;
}

/**
 * Normal numbers, but the share `sparsity` (rounded up) of each column of a matrix is zero, in random rows, as
 * torch.nn.init.sparse_. Deep learning via Hessian-free optimization, J. Martens (2010).
 */
export function sparse_(
  tensor: Tensor,
  sparsity: number,
  { std = 0.01, generator }: SparseOptions = {},
): Tensor {
  if (tensor.ndim !== 2)
    throw new ShapeError(`sparse_: the tensor has shape ${formatShape(tensor.shape)}, expected two axes`);
  if (!(sparsity >= 0 && sparsity <= 1))
    throw new ArgumentError(`sparse_: sparsity is ${sparsity}, expected a share from 0 to 1`);
  const zeros = Math.ceil(sparsity * tensor.shape[0]);
  return write(tensor, (shape, placement) => {
    const { device } = placement;
    // The order of random numbers is a permutation of the rows, another one for each column.
    const rank = argsort(rand(shape, { device, generator }), 0);
    return maskedFill(randn(shape, { ...placement, generator }).mul(std), rank.lt(zeros), 0);
  });
}
