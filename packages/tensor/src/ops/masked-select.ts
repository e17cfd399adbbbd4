/**
 * What masks select, and where tensors are not 0. The shape of most results depends on values, which are read first, so
 * those are awaited.
 */

import { ShapeError, broadcastShapes, formatShape, sameShape } from '@tenfold/ir';
import { apply, commonDevice } from '../core/apply.ts';
import { castTo, expandTo } from '../core/broadcast.ts';
import { composed } from '../core/cut.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { leafOf } from '../creation/options.ts';
import { asBytes } from '../data/typed-array.ts';
import { hostBytes } from './index-range.ts';
import { coordinatesOf, spreadRows, truePositions } from './mask-positions.ts';
import { truth } from './numeric.ts';
import { selectRows } from './select-rows.ts';

export interface NonzeroOptions {
  /** The coordinates as a list with one vector an axis, which can be an index. */
  readonly asTuple?: boolean;
}

/** `nonzero` has two forms. */
export interface NonzeroMethods {
  /** The coordinates of the elements that are not 0, one row each: int64 `[count, rank]`. As torch.nonzero, awaited. */
  nonzero(options?: { readonly asTuple?: false }): Promise<Tensor>;
  /** The same coordinates as a list with one vector an axis. */
  nonzero(options: { readonly asTuple: true }): Promise<Tensor[]>;
}

/** The coordinates of the elements that are not 0, one row each: int64 `[count, rank]`. As torch.nonzero, awaited. */
export function nonzero(self: Tensor, options?: { readonly asTuple?: false }): Promise<Tensor>;
export function nonzero(self: Tensor, options: { readonly asTuple: true }): Promise<Tensor[]>;
export async function nonzero(
  self: Tensor,
  { asTuple = false }: NonzeroOptions = {},
): Promise<Tensor | Tensor[]> {
  const positions = truePositions(await truth(self).bytes());
  const count = positions.length;
  const shape = self.ndim === 0 && asTuple ? [1] : self.shape;
  const axes = coordinatesOf(positions, shape);
  if (asTuple)
    return axes.map((axis) => leafOf(self.home, asBytes(BigInt64Array.from(axis, BigInt)), [count], 'int64'));
  const rows = new BigInt64Array(count * self.ndim);
  axes.forEach((axis, a) => axis.forEach((at, i) => (rows[i * self.ndim + a] = BigInt(at))));
  return leafOf(self.home, asBytes(rows), [count, self.ndim], 'int64');
}

/** As `nonzero`: the coordinates of the elements that are not 0, one row each. As torch.argwhere, awaited. */
export function argwhere(self: Tensor): Promise<Tensor> {
  return nonzero(self);
}

/** Whether the only element of a tensor is not 0. As torch.is_nonzero, awaited. Raises ShapeError for more elements or none. */
export async function isNonzero(self: Tensor): Promise<boolean> {
  if (self.numel === 1) return (await truth(self).bytes())[0] !== 0;
  throw new ShapeError(
    `isNonzero: a tensor of shape ${formatShape(self.shape)} has ${self.numel} elements, expected 1; use any() or all()`,
  );
}

/** The elements where `mask` is true, as a vector; the two broadcast. As torch.masked_select, awaited. */
export async function maskedSelect(self: Tensor, mask: Tensor): Promise<Tensor> {
  commonDevice('maskedSelect', [self, mask]);
  const shape = broadcastShapes('maskedSelect', self.shape, mask.shape);
  const positions = truePositions(await expandTo(truth(mask), shape).bytes());
  const whole = expandTo(self, shape);
  const flat = apply('reshape', [whole], { shape: [whole.numel] });
  return selectRows(flat, 0, leafOf(self.home, asBytes(positions), [positions.length], 'int32'));
}

/**
 * A copy of `self` in which the elements where `mask` is true are those of `source`, one after the other. The mask
 * broadcasts. As torch.Tensor.masked_scatter.
 * @throws ShapeError where it is known that the source has too few elements.
 */
export function maskedScatter(self: Tensor, mask: Tensor, source: Tensor): Tensor {
  commonDevice('maskedScatter', [self, mask, source]);
  const shape = broadcastShapes('maskedScatter', self.shape, mask.shape);
  const known = sameShape(shape, mask.shape) ? hostBytes(mask) : undefined;
  const needed = known ? truePositions(known).length : 0;
  if (source.numel < needed) {
    throw new ShapeError(
      `maskedScatter: the mask of shape ${formatShape(mask.shape)} is true ${needed} times, and the source has ` +
        `${source.numel} elements; expected at least as many`,
    );
  }
  return composed(self, () => {
    const whole = expandTo(self, shape);
    if (source.numel === 0) return whole;
    const condition = expandTo(truth(mask), shape);
    const rows = apply('reshape', [castTo(source, self.dtype)], { shape: [source.numel] });
    const placed = apply('reshape', [spreadRows(rows, 0, condition)], { shape });
    return raw.where(condition, placed, whole);
  });
}
