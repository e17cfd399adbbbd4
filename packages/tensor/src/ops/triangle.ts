/** Triangles of matrices. */

import { ShapeError, formatShape } from '@tenfold/ir';
import { source } from '../core/apply.ts';
import { literal } from '../core/broadcast.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';

/** The lower triangle of the last two axes up to the diagonal numbered `diagonal`, zeros above it. As torch.tril. */
export function tril(self: Tensor, diagonal = 0): Tensor {
  const { rows, columns } = coordinates('tril', self);
  return keepWhere(self, raw.le(columns, offset(rows, diagonal)));
}

/** The upper triangle of the last two axes from the diagonal numbered `diagonal`, zeros below it. As torch.triu. */
export function triu(self: Tensor, diagonal = 0): Tensor {
  const { rows, columns } = coordinates('triu', self);
  return keepWhere(self, raw.le(offset(rows, diagonal), columns));
}

function coordinates(op: string, x: Tensor): { rows: Tensor; columns: Tensor } {
  if (x.ndim < 2) throw new ShapeError(`${op}: expected at least 2 axes, got shape ${formatShape(x.shape)}`);
  const along = (axis: number) => source(x.home, 'iota', { shape: x.shape, axis });
  return { rows: along(x.ndim - 2), columns: along(x.ndim - 1) };
}

function offset(index: Tensor, by: number): Tensor {
  return by === 0 ? index : raw.add(index, literal(index, by));
}

function keepWhere(x: Tensor, condition: Tensor): Tensor {
  return raw.where(condition, x, literal(x, 0));
}
