/** Axes moved, exchanged and transposed. None of these copies. */

import { ArgumentError, ShapeError, formatShape, normalizeAxis } from '@tenfold/ir';
import type { Tensor } from '../core/tensor.ts';
import { axesOf, permuteAxes } from './dims.ts';
import { t, transpose } from './shape.ts';

/** The axes `source` moved to the places `destination`, the others in order. As torch.movedim. */
export function movedim(
  self: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  return move('movedim', self, source, destination);
}

/** As `movedim`. As torch.moveaxis. */
export function moveaxis(
  self: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  return move('moveaxis', self, source, destination);
}

function move(
  op: string,
  self: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  const [from, to] = [source, destination].map((dims) =>
    (typeof dims === 'number' ? [dims] : dims).map((dim) => normalizeAxis(op, dim, self.ndim)),
  );
  if (from.length !== to.length) {
    throw new ArgumentError(`${op}: ${from.length} axes for ${to.length} places, expected as many`);
  }
  if (from.length === 0 || self.ndim === 0) return self;
  axesOf(op, from, self.ndim);
  axesOf(op, to, self.ndim);
  const others = self.shape.map((_, axis) => axis).filter((axis) => !from.includes(axis));
  let next = 0;
  const place = (axis: number) => (to.includes(axis) ? from[to.indexOf(axis)] : others[next++]);
  return permuteAxes(self, self.shape.map((_, axis) => place(axis))); // prettier-ignore
}

/** Two axes exchanged, as `transpose`. As torch.swapaxes. */
export function swapaxes(self: Tensor, axis0: number, axis1: number): Tensor {
  return transpose(self, axis0, axis1);
}

/** Two axes exchanged, as `transpose`. As torch.swapdims. */
export function swapdims(self: Tensor, dim0: number, dim1: number): Tensor {
  return transpose(self, dim0, dim1);
}

/** The last two axes exchanged; of real matrices, which all are here, the same as the adjoint. As torch.adjoint. */
export function adjoint(self: Tensor): Tensor {
  return matrixTranspose('adjoint', self);
}

function matrixTranspose(op: string, self: Tensor): Tensor {
  if (self.ndim === 0) return self;
  if (self.ndim < 2) throw new ShapeError(`${op}: expected at least 2 axes, got ${formatShape(self.shape)}`);
  return transpose(self, -2, -1);
}

/** Properties of tensors, as in PyTorch. */
export interface TransposeProperties {
  /** All axes in reverse order. As torch.Tensor.T. */
  readonly T: Tensor;
  /** The last two axes exchanged. As torch.Tensor.mT. Raises ShapeError for a vector. */
  readonly mT: Tensor;
  /** The transpose of a matrix, which is the adjoint of a real one. As torch.Tensor.H. Raises ShapeError for other ranks. */
  readonly H: Tensor;
  /** As `adjoint`. As torch.Tensor.mH. */
  readonly mH: Tensor;
}

export const transposeProperties: { readonly [K in keyof TransposeProperties]: (self: Tensor) => Tensor } = {
  T: (self) => permuteAxes(self, self.shape.map((_, axis) => self.ndim - 1 - axis)), // prettier-ignore
  mT: (self) => matrixTranspose('mT', self),
  H: t,
  mH: adjoint,
};
