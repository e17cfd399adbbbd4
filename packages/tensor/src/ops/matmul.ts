/**
 * Matrix products. Each but the outer one is one `contract` node: labels say which axes are summed and which are kept,
 * so no operand is ever transposed or copied for it, and neither is one for its gradients.
 */

import { ShapeError, broadcastShapes, formatShape } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import type { Tensor } from '../core/tensor.ts';
import { mul } from './arithmetic.ts';
import { along, productOperands, range } from './labels.ts';

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
export function mm(self: Tensor, mat2: Tensor): Tensor {
  checkRanks('mm', self, mat2, 2, 2);
  return multiply('mm', self, mat2);
}

/** `[b, n, k] @ [b, k, m] -> [b, n, m]`, without broadcasting. As torch.bmm. */
export function bmm(self: Tensor, mat2: Tensor): Tensor {
  checkRanks('bmm', self, mat2, 3, 3);
  if (self.shape[0] !== mat2.shape[0]) {
    throw new ShapeError(
      `bmm: batch sizes differ: ${formatShape(self.shape)} @ ${formatShape(mat2.shape)}; use matmul() to broadcast them`,
    );
  }
  return multiply('bmm', self, mat2);
}

/** `[n, k] @ [k] -> [n]`. As torch.mv. */
export function mv(self: Tensor, vec: Tensor): Tensor {
  checkRanks('mv', self, vec, 2, 1);
  return multiply('mv', self, vec);
}

/** The inner product of two vectors, without axes. As torch.dot. */
export function dot(self: Tensor, tensor: Tensor): Tensor {
  checkRanks('dot', self, tensor, 1, 1);
  return multiply('dot', self, tensor);
}

/** The outer product of two vectors, whose dtypes promote: `[n], [m] -> [n, m]`. As torch.outer. */
export function outer(self: Tensor, vec2: Tensor): Tensor {
  checkRanks('outer', self, vec2, 1, 1);
  return mul(apply('reshape', [self], { shape: [self.numel, 1] }), vec2);
}

/** Two matrices: rows are label 0, columns 1, the inner axis 2. */
const MATRICES = { a: [along(0), along(2)], b: [along(2), along(1)], out: [0, 1] };

function checkRanks(op: string, a: Tensor, b: Tensor, rankA: number, rankB: number): void {
  if (a.ndim === rankA && b.ndim === rankB) return;
  throw new ShapeError(
    `${op}: expected tensors with ${rankA} and ${rankB} axes, got ${formatShape(a.shape)} and ${formatShape(b.shape)}; ` +
      `matmul() takes other ranks`,
  );
}

/** Labels: the batch axes of the result in order, then row and column where there are any, then the inner axis. */
function multiply(op: string, self: Tensor, other: Tensor): Tensor {
  const [a, b] = productOperands(op, self, other);
  if (a.ndim === 0 || b.ndim === 0) {
    throw new ShapeError(
      `${op}: ${formatShape(a.shape)} @ ${formatShape(b.shape)}: operands need axes; use mul() for numbers`,
    );
  }
  const innerA = a.shape[a.ndim - 1];
  const innerB = b.shape[Math.max(b.ndim - 2, 0)];
  if (innerA !== innerB) throw new ShapeError(differingInner(op, a, b, innerA, innerB));
  if (a.ndim === 2 && b.ndim === 2)
    return apply('contract', [a, b], { extents: [a.shape[0], b.shape[1], innerA], ...MATRICES });
  const batch = broadcastShapes(op, a.shape.slice(0, -2), b.shape.slice(0, -2));
  const left = withoutBroadcast(a, batch);
  const right = withoutBroadcast(b, batch);
  const extents = [...batch];
  const label = (size: number) => extents.push(size) - 1;
  const rows = a.ndim > 1 ? [label(a.shape[a.ndim - 2])] : [];
  const columns = b.ndim > 1 ? [label(b.shape[b.ndim - 1])] : [];
  const inner = along(label(innerA));
  return apply('contract', [left.matrices, right.matrices], {
    extents,
    a: [...left.labels.map((l) => along(l)), ...rows.map((l) => along(l)), inner],
    b: [...right.labels.map((l) => along(l)), inner, ...columns.map((l) => along(l))],
    out: [...range(0, batch.length), ...rows, ...columns],
  });
}

/** An operand without the batch axes that broadcast, and the labels of those it has: the others are simply not read. */
function withoutBroadcast(x: Tensor, batch: Shape): { matrices: Tensor; labels: number[] } {
  const own = Math.max(x.ndim - 2, 0);
  const missing = batch.length - own;
  const kept = range(0, own).filter((axis) => x.shape[axis] === batch[axis + missing]);
  const labels = kept.map((axis) => axis + missing);
  if (kept.length === own) return { matrices: x, labels };
  const shape = [...kept.map((axis) => x.shape[axis]), ...x.shape.slice(own)];
  return { matrices: apply('reshape', [x], { shape }), labels };
}

function differingInner(op: string, a: Tensor, b: Tensor, innerA: number, innerB: number): string {
  const fitsTransposed = b.ndim === 2 && b.shape[1] === innerA;
  const remedy = fitsTransposed
    ? 'did you mean weight.t()?'
    : 'the last axis of the left operand must have the size of the next to last axis of the right one';
  return `${op}: inner dimensions differ: ${formatShape(a.shape)} @ ${formatShape(b.shape)} (${innerA} vs ${innerB}); ${remedy}`;
}
