/**
 * Other shapes and orders of the same elements. None of these copies: they become index arithmetic in the kernels
 * that read the result.
 * https://pytorch.org/docs/stable/tensor_view.html
 */

import { IndexError, ShapeError, formatShape, normalizeAxis, sameShape } from '@tenfold/ir';
import type { Shape } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { expandTo } from '../core/broadcast.ts';
import type { Tensor } from '../core/tensor.ts';
import { axesOf, fillShape, listOf, permuteAxes } from './dims.ts';
import type { Dim, ShapeArgs } from './dims.ts';

/** The same elements in row-major order under another shape; one size may be -1. As torch.reshape. */
export function reshape(self: Tensor, ...shape: ShapeArgs): Tensor {
  return reshapeTo('reshape', self, listOf(shape));
}

/** As `reshape`: nothing here depends on how a tensor lies in memory. As torch.Tensor.view. */
export function view(self: Tensor, ...size: ShapeArgs): Tensor {
  return reshapeTo('view', self, listOf(size));
}

function reshapeTo(op: string, self: Tensor, sizes: readonly number[]): Tensor {
  const shape = fillShape(op, self.shape, sizes);
  return sameShape(shape, self.shape) ? self : apply('reshape', [self], { shape });
}

/** The axes in another order. As torch.permute. */
export function permute(self: Tensor, ...dims: ShapeArgs): Tensor {
  const order = listOf(dims);
  if (order.length !== self.ndim) {
    throw new ShapeError(
      `permute: ${order.length} axes named for a tensor of shape ${formatShape(self.shape)}; expected each of its ${self.ndim} once`,
    );
  }
  axesOf('permute', order, self.ndim);
  return permuteAxes(self, order.map((axis) => normalizeAxis('permute', axis, self.ndim))); // prettier-ignore
}

/** Two axes exchanged. As torch.transpose. */
export function transpose(self: Tensor, dim0: number, dim1: number): Tensor {
  if (self.ndim === 0) return self;
  const a = normalizeAxis('transpose', dim0, self.ndim);
  const b = normalizeAxis('transpose', dim1, self.ndim);
  return permuteAxes(self, self.shape.map((_, axis) => (axis === a ? b : axis === b ? a : axis))); // prettier-ignore
}

/** The transpose of a matrix; vectors and numbers as they are. As torch.t. */
export function t(self: Tensor): Tensor {
  if (self.ndim > 2) {
    throw new ShapeError(
      `t: expected at most 2 axes, got ${formatShape(self.shape)}; use mT or transpose(dim0, dim1)`,
    );
  }
  return self.ndim < 2 ? self : permuteAxes(self, [1, 0]);
}

/** Axes of size 1 repeated to the sizes given; -1 leaves a size as it is, and new axes come first. As torch.Tensor.expand. */
export function expand(self: Tensor, ...size: ShapeArgs): Tensor {
  const sizes = listOf(size);
  const missing = sizes.length - self.ndim;
  const target = sizes.map((size, axis) =>
    size === -1 && axis >= missing ? self.shape[axis - missing] : size,
  );
  const fits =
    missing >= 0 && self.shape.every((size, axis) => size === 1 || size === target[axis + missing]);
  if (!fits || target.some((size) => !Number.isInteger(size) || size < 0)) {
    throw new ShapeError(
      `expand: ${formatShape(self.shape)} does not expand to ${formatShape(sizes)}; only axes of size 1 expand, new ones come first`,
    );
  }
  return expandTo(self, target);
}

/** As `expand` to the shape of `other`. As torch.Tensor.expand_as. */
export function expandAs(self: Tensor, other: Tensor): Tensor {
  return expand(self, other.shape);
}

/** Broadcasts to `size`. As torch.broadcast_to. */
export function broadcastTo(self: Tensor, size: Shape): Tensor {
  return expand(self, size);
}

/** Without the axes of size 1: all of them, or those of `dim` that are. As torch.squeeze. */
export function squeeze(self: Tensor, dim?: Dim): Tensor {
  const named = axesOf('squeeze', dim, self.ndim);
  return reshapeTo('squeeze', self, self.shape.filter((size, axis) => size !== 1 || !named.includes(axis))); // prettier-ignore
}

/** With a new axis of size 1 at place `dim`. As torch.unsqueeze. */
export function unsqueeze(self: Tensor, dim: number): Tensor {
  const axis = normalizeAxis('unsqueeze', dim, self.ndim + 1);
  return apply('reshape', [self], { shape: [...self.shape.slice(0, axis), 1, ...self.shape.slice(axis)] });
}

/** The axes from `startDim` to `endDim`, both included, as one. As torch.flatten. */
export function flatten(self: Tensor, startDim = 0, endDim = -1): Tensor {
  if (self.ndim === 0) return reshapeTo('flatten', self, [1]);
  const first = normalizeAxis('flatten', startDim, self.ndim);
  const last = normalizeAxis('flatten', endDim, self.ndim);
  if (first > last)
    throw new IndexError(
      `flatten: startDim ${startDim} comes after endDim ${endDim} in ${formatShape(self.shape)}`,
    );
  const { shape } = self;
  const merged = shape.slice(first, last + 1).reduce((a, b) => a * b, 1);
  return reshapeTo('flatten', self, [...shape.slice(0, first), merged, ...shape.slice(last + 1)]);
}

/** All elements as a vector. As torch.ravel. */
export function ravel(self: Tensor): Tensor {
  return reshapeTo('ravel', self, [self.numel]);
}

/** As `view` to the shape of `other`. As torch.Tensor.view_as. */
export function viewAs(self: Tensor, other: Tensor): Tensor {
  return reshapeTo('viewAs', self, other.shape);
}

/** As `reshape` to the shape of `other`. As torch.Tensor.reshape_as. */
export function reshapeAs(self: Tensor, other: Tensor): Tensor {
  return reshapeTo('reshapeAs', self, other.shape);
}

/** One axis as several of the sizes given, of which one may be -1. As torch.unflatten. */
export function unflatten(self: Tensor, dim: number, sizes: Shape): Tensor {
  const axis = normalizeAxis('unflatten', dim, self.ndim);
  const filled = fillShape('unflatten', [self.shape[axis]], sizes);
  return reshapeTo('unflatten', self, [
    ...self.shape.slice(0, axis),
    ...filled,
    ...self.shape.slice(axis + 1),
  ]);
}
