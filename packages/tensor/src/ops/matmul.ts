/**
 * Matrix products. Each is one `contract` node: labels say which axes are summed and which are kept, so no operand
 * is ever transposed or copied for it, and neither is one for its gradients.
 */

import { ShapeError, broadcastShapes, formatShape } from '@tenfold/ir';
import type { AffineIndex, Shape } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import type { Tensor } from '../core/tensor.ts';
import { along, checkOperands, range } from './labels.ts';

/**
 * The matrix product, as torch.matmul: two vectors give their inner product, a vector and a matrix their product,
 * and axes before the last two are batch axes that broadcast.
 * `[..., n, k] @ [..., k, m] -> [..., n, m]`
 * @throws ShapeError when the inner dimensions differ; DTypeError when the dtypes do.
 * @see https://pytorch.org/docs/stable/generated/torch.matmul.html
 */
export function matmul(self: Tensor, other: Tensor): Tensor {
  return multiply('matmul', self, other);
}

/** `[n, k] @ [k, m] -> [n, m]`, without broadcasting. As torch.mm. */
export function mm(self: Tensor, other: Tensor): Tensor {
  checkRanks('mm', self, other, 2, 2);
  return multiply('mm', self, other);
}

/** `[b, n, k] @ [b, k, m] -> [b, n, m]`, without broadcasting. As torch.bmm. */
export function bmm(self: Tensor, other: Tensor): Tensor {
  checkRanks('bmm', self, other, 3, 3);
  if (self.shape[0] !== other.shape[0]) {
    throw new ShapeError(
      `bmm: batch sizes differ: ${formatShape(self.shape)} @ ${formatShape(other.shape)}; use matmul() to broadcast them`,
    );
  }
  return multiply('bmm', self, other);
}

/** `[n, k] @ [k] -> [n]`. As torch.mv. */
export function mv(self: Tensor, vector: Tensor): Tensor {
  checkRanks('mv', self, vector, 2, 1);
  return multiply('mv', self, vector);
}

/** The inner product of two vectors, without axes. As torch.dot. */
export function dot(self: Tensor, other: Tensor): Tensor {
  checkRanks('dot', self, other, 1, 1);
  return multiply('dot', self, other);
}

/** The outer product of two vectors: `[n], [m] -> [n, m]`. As torch.outer. */
export function outer(self: Tensor, other: Tensor): Tensor {
  checkRanks('outer', self, other, 1, 1);
  checkOperands('outer', self, other);
  const extents = [self.shape[0], other.shape[0]];
  return apply('contract', [self, other], { extents, a: [along(0)], b: [along(1)], out: [0, 1] });
}

function checkRanks(op: string, a: Tensor, b: Tensor, rankA: number, rankB: number): void {
  if (a.ndim === rankA && b.ndim === rankB) return;
  throw new ShapeError(
    `${op}: expected tensors with ${rankA} and ${rankB} axes, got ${formatShape(a.shape)} and ${formatShape(b.shape)}; ` +
      `matmul() takes other ranks`,
  );
}

/** Labels: the batch axes of the result in order, then the row, the column, and the inner axis. */
function multiply(op: string, a: Tensor, b: Tensor): Tensor {
  checkOperands(op, a, b);
  if (a.ndim === 0 || b.ndim === 0) {
    throw new ShapeError(
      `${op}: ${formatShape(a.shape)} @ ${formatShape(b.shape)}: operands need axes; use mul() for numbers`,
    );
  }
  const innerA = a.shape[a.ndim - 1];
  const innerB = b.shape[Math.max(b.ndim - 2, 0)];
  if (innerA !== innerB) throw new ShapeError(differingInner(op, a, b, innerA, innerB));
  const batchA = a.shape.slice(0, -2);
  const batchB = b.shape.slice(0, -2);
  const batch = broadcastShapes(op, batchA, batchB);
  const row = batch.length;
  const column = row + 1;
  const inner = row + 2;
  const rows = a.ndim > 1 ? [along(row)] : [];
  const columns = b.ndim > 1 ? [along(column)] : [];
  return apply('contract', [a, b], {
    extents: [...batch, a.ndim > 1 ? a.shape[a.ndim - 2] : 1, b.ndim > 1 ? b.shape[b.ndim - 1] : 1, innerA],
    a: [...batchIndex(batchA, batch), ...rows, along(inner)],
    b: [...batchIndex(batchB, batch), along(inner), ...columns],
    out: [...range(0, row), ...(a.ndim > 1 ? [row] : []), ...(b.ndim > 1 ? [column] : [])],
  });
}

/** Reads batch axes at the labels of the result's; an axis of size 1 that broadcasts is always read at 0. */
function batchIndex(own: Shape, batch: Shape): AffineIndex[] {
  const missing = batch.length - own.length;
  return own.map((size, axis) =>
    size === batch[axis + missing] ? along(axis + missing) : { terms: [], offset: 0 },
  );
}

function differingInner(op: string, a: Tensor, b: Tensor, innerA: number, innerB: number): string {
  const fitsTransposed = b.ndim === 2 && b.shape[1] === innerA;
  const remedy = fitsTransposed
    ? 'did you mean weight.t()?'
    : 'the last axis of the left operand must have the size of the next to last axis of the right one';
  return `${op}: inner dimensions differ: ${formatShape(a.shape)} @ ${formatShape(b.shape)} (${innerA} vs ${innerB}); ${remedy}`;
}
