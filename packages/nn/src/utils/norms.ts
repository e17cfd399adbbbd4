/** The norms of a weight that weight and spectral normalisation divide by. */

import { ArgumentError } from '@tenfold/ir';
import { noGrad, norm, randn } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { axisOf } from '../functional/checks.ts';
import { normalize } from '../functional/normalization.ts';

/** The norm of each slice along `dim`, in a shape that broadcasts; of the whole tensor for null and -1. */
export function normExcept(v: Tensor, dim: number | null): Tensor {
  if (dim === null || dim === -1) return norm(v);
  const axis = axisOf('weightNorm', dim, v.ndim);
  return norm(v, 2, v.shape.map((_, i) => i).filter((i) => i !== axis), { keepdim: true }); // prettier-ignore
}

/** `g · v / |v|`. https://arxiv.org/abs/1602.07868 */
export function withNorm(g: Tensor, v: Tensor, dim: number | null): Tensor {
  return v.mul(g.div(normExcept(v, dim)));
}

/** A weight as a matrix whose rows are the slices along `dim`. */
export function asMatrix(weight: Tensor, dim: number): Tensor {
  const rest = weight.shape.map((_, axis) => axis).filter((axis) => axis !== dim);
  return weight.permute([dim, ...rest]).reshape([weight.shape[dim], -1]);
}

/** Unit vectors that approach the singular vectors of the greatest singular value. */
export interface SingularVectors {
  readonly u: Tensor;
  readonly v: Tensor;
}

/** Random ones to begin with. */
export function randomVectors(matrix: Tensor, eps: number): SingularVectors {
  const [u, v] = matrix.shape.map((size) =>
    normalize(randn([size], { dtype: matrix.dtype, device: matrix.device }), { dim: 0, eps }),
  );
  return { u, v };
}

/** Some iterations of the power method; `first` is the vector that is renewed first. */
export function powerMethod(
  matrix: Tensor,
  { u, v }: SingularVectors,
  iterations: number,
  eps: number,
  first: 'u' | 'v',
): SingularVectors {
  return noGrad(() => {
    let [left, right] = [u, v];
    const renewLeft = () => (left = normalize(product(matrix, right), { dim: 0, eps }));
    const renewRight = () => (right = normalize(product(matrix.t(), left), { dim: 0, eps }));
    for (let i = 0; i < iterations; i++) {
      for (const renew of first === 'u' ? [renewLeft, renewRight] : [renewRight, renewLeft]) renew();
    }
    return { u: left, v: right };
  });
}

/** `u · M v`, which is the greatest singular value for its vectors. */
export function singularValue(matrix: Tensor, { u, v }: SingularVectors): Tensor {
  return u.mul(product(matrix, v)).sum();
}

function product(matrix: Tensor, vector: Tensor): Tensor {
  return matrix.matmul(vector.unsqueeze(1)).squeeze(1);
}

/** Raises ArgumentError unless the number of iterations is whole and above 0. */
export function requireIterations(op: string, iterations: number): void {
  if (Number.isInteger(iterations) && iterations > 0) return;
  throw new ArgumentError(`${op}: nPowerIterations is ${iterations}, expected a whole number above 0`);
}
