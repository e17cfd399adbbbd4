/** Sums and products of matrices and vectors in one call, and further products of two tensors. */

import { ArgumentError, ShapeError, broadcastShapes, formatShape, numel, sameShape } from '@tenfold/ir';
import { apply, commonDevice } from '../core/apply.ts';
import { expandTo, numberTensor, together } from '../core/broadcast.ts';
import { composed } from '../core/cut.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { mul } from './arithmetic.ts';
import { tensordot } from './einsum.ts';
import { bmm, dot, matmul, mm, mv, outer } from './matmul.ts';
import { axisOf } from './slice-axis.ts';
import { roll } from './turn.ts';

export interface AddProductOptions {
  /** What `self` is multiplied by; 0 leaves it out, whatever it holds. Default 1. */
  readonly beta?: number;
  /** What the product is multiplied by. Default 1. */
  readonly alpha?: number;
}

/** `beta self + alpha (mat1 @ mat2)`, where `self` broadcasts: `[n, k] @ [k, m]`. As torch.addmm. */
export function addmm(
  self: Tensor,
  mat1: Tensor,
  mat2: Tensor,
  { beta = 1, alpha = 1 }: AddProductOptions = {},
): Tensor {
  return composed(self, () => combine('addmm', self, mm(mat1, mat2), beta, alpha));
}

/** `beta self + alpha (mat @ vec)`, where `self` broadcasts: `[n, k] @ [k]`. As torch.addmv. */
export function addmv(
  self: Tensor,
  mat: Tensor,
  vec: Tensor,
  { beta = 1, alpha = 1 }: AddProductOptions = {},
): Tensor {
  return composed(self, () => combine('addmv', self, mv(mat, vec), beta, alpha));
}

/** `beta self + alpha vec1 vec2ᵀ`, where `self` broadcasts. As torch.addr. */
export function addr(
  self: Tensor,
  vec1: Tensor,
  vec2: Tensor,
  { beta = 1, alpha = 1 }: AddProductOptions = {},
): Tensor {
  return composed(self, () => combine('addr', self, outer(vec1, vec2), beta, alpha));
}

/** `beta self + alpha Σ batch1[i] @ batch2[i]`, where `self` broadcasts. As torch.addbmm. */
export function addbmm(
  self: Tensor,
  batch1: Tensor,
  batch2: Tensor,
  { beta = 1, alpha = 1 }: AddProductOptions = {},
): Tensor {
  checkBatches('addbmm', batch1, batch2);
  return composed(
    self,
    () =>
    combine('addbmm', self, tensordot(batch1, batch2, [[0, 2], [0, 1]]), beta, alpha), // prettier-ignore
  );
}

/** `beta self + alpha (batch1 @ batch2)`, where `self` broadcasts: `[b, n, k] @ [b, k, m]`. As torch.baddbmm. */
export function baddbmm(
  self: Tensor,
  batch1: Tensor,
  batch2: Tensor,
  { beta = 1, alpha = 1 }: AddProductOptions = {},
): Tensor {
  return composed(self, () => combine('baddbmm', self, bmm(batch1, batch2), beta, alpha));
}

function combine(op: string, self: Tensor, product: Tensor, beta: number, alpha: number): Tensor {
  commonDevice(op, [self, product]);
  if (!sameShape(broadcastShapes(op, self.shape, product.shape), product.shape)) {
    throw new ShapeError(
      `${op}: a tensor of shape ${formatShape(self.shape)} does not broadcast to ${formatShape(product.shape)}, that of the product`,
    );
  }
  const scaled = times(product, alpha);
  if (beta === 0) return scaled;
  const [base, sum] = together(op, [times(self, beta), scaled]);
  return raw.add(base, sum);
}

function times(x: Tensor, factor: number): Tensor {
  return factor === 1 ? x : raw.mul(x, expandTo(numberTensor(x.home, factor, x.dtype), x.shape));
}

function checkBatches(op: string, batch1: Tensor, batch2: Tensor): void {
  const fits =
    batch1.ndim === 3 &&
    batch2.ndim === 3 &&
    batch1.shape[0] === batch2.shape[0] &&
    batch1.shape[2] === batch2.shape[1];
  if (fits) return;
  throw new ShapeError(
    `${op}: batches of shape ${formatShape(batch1.shape)} and ${formatShape(batch2.shape)} do not fit; expected [b, n, k] and [b, k, m]`,
  );
}

/** As `outer`. As torch.ger. */
export function ger(self: Tensor, vec2: Tensor): Tensor {
  return outer(self, vec2);
}

/** The inner product of two vectors; of real ones, which all are here, as `dot`. As torch.vdot. */
export function vdot(self: Tensor, other: Tensor): Tensor {
  return dot(self, other);
}

/** Sums of products over the last axes: `[..., k], [..., k] -> [..., ...]`; numbers are multiplied. As torch.inner. */
export function inner(self: Tensor, other: Tensor): Tensor {
  if (self.ndim === 0 || other.ndim === 0) return mul(self, other);
  const [a, b] = [self.shape[self.ndim - 1], other.shape[other.ndim - 1]];
  if (a !== b) {
    throw new ShapeError(
      `inner: the last axes of ${formatShape(self.shape)} and ${formatShape(other.shape)} differ: ${a} and ${b}; expected equal sizes`,
    );
  }
  return composed(self, () => tensordot(self, other, [[-1], [-1]]));
}

/** All products of an element of one tensor with a block of the other: sizes multiply. As torch.kron. */
export function kron(self: Tensor, other: Tensor): Tensor {
  const rank = Math.max(self.ndim, other.ndim);
  const full = ({ shape }: Tensor) => [...new Array<number>(rank - shape.length).fill(1), ...shape];
  const [a, b] = [full(self), full(other)];
  return composed(self, () => {
    const blocks = apply('reshape', [self], { shape: a.flatMap((size) => [size, 1]) });
    const within = apply('reshape', [other], { shape: b.flatMap((size) => [1, size]) });
    return apply('reshape', [mul(blocks, within)], { shape: a.map((size, axis) => size * b[axis]) });
  });
}

/**
 * The cross product of vectors of three numbers along `dim`, by default the first axis of size 3; the others broadcast.
 * As torch.cross.
 * @throws ShapeError unless that axis has size 3.
 */
export function cross(self: Tensor, other: Tensor, dim?: number): Tensor {
  const rank = Math.max(self.ndim, other.ndim);
  const [a, b] = together('cross', [self, other]);
  const axis = dim === undefined ? a.shape.indexOf(3) : axisOf('cross', a, dim);
  if (rank === 0 || a.shape[axis] !== 3 || self.ndim !== other.ndim) {
    throw new ShapeError(
      `cross: shapes ${formatShape(self.shape)} and ${formatShape(other.shape)} have no vectors of 3 numbers along ` +
        (dim === undefined ? 'any axis' : `axis ${dim}`) +
        '; expected as many axes and size 3 there',
    );
  }
  return composed(self, () => {
    const [ahead, behind] = [a, b].map((x) => [roll(x, -1, axis), roll(x, -2, axis)]);
    return raw.sub(raw.mul(ahead[0], behind[1]), raw.mul(ahead[1], behind[0]));
  });
}

/**
 * The product of several matrices, multiplied in the order that takes the fewest operations. As torch.chain_matmul.
 * Cormen et al., Introduction to Algorithms, 15.2.
 */
export function chainMatmul(...matrices: readonly Tensor[]): Tensor {
  const wrong = matrices.findIndex(({ ndim }) => ndim !== 2);
  if (matrices.length === 0) throw new ArgumentError('chainMatmul: expected at least one matrix');
  if (wrong >= 0) {
    throw new ShapeError(
      `chainMatmul: operand ${wrong} has shape ${formatShape(matrices[wrong].shape)}, expected a matrix`,
    );
  }
  return composed(matrices[0], () => multiplyChain(matrices));
}

/** The product of matrices that are checked to be such, in the cheapest order. */
export function multiplyChain(matrices: readonly Tensor[]): Tensor {
  const sizes = [matrices[0].shape[0], ...matrices.map(({ shape }) => shape[1])];
  const cost = matrices.map(() => matrices.map(() => 0));
  const split = matrices.map(() => matrices.map(() => 0));
  for (let length = 1; length < matrices.length; length++) {
    for (let i = 0; i + length < matrices.length; i++) {
      const j = i + length;
      cost[i][j] = Infinity;
      for (let k = i; k < j; k++) {
        const total = cost[i][k] + cost[k + 1][j] + numel([sizes[i], sizes[k + 1], sizes[j + 1]]);
        if (total < cost[i][j]) [cost[i][j], split[i][j]] = [total, k];
      }
    }
  }
  const product = (i: number, j: number): Tensor =>
    i === j ? matrices[i] : matmul(product(i, split[i][j]), product(split[i][j] + 1, j));
  return product(0, matrices.length - 1);
}
