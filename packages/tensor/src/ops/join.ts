/** Several tensors as one. */

import { ArgumentError, ShapeError, formatShape, normalizeAxis, promoteTypes } from '@tenfold/ir';
import { apply, commonDevice } from '../core/apply.ts';
import { castTo } from '../core/broadcast.ts';
import { composed } from '../core/cut.ts';
import type { Tensor } from '../core/tensor.ts';
import { unsqueeze } from './shape.ts';

/** Pieces merged in one step; more are merged in a tree, so that no element is read through more guards than this. */
const FAN_IN = 8;

/**
 * Tensors one after the other along axis `dim` (0 unless given); their other axes must agree. As torch.cat.
 * @throws ShapeError naming the first tensor that does not fit; ArgumentError for no tensors.
 * @see https://pytorch.org/docs/stable/generated/torch.cat.html
 */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  if (tensors.length === 0) throw new ArgumentError('cat: expected at least one tensor');
  const [first] = tensors;
  const axis = normalizeAxis('cat', dim, first.ndim);
  tensors.forEach((tensor, i) => checkFit(first, tensor, i, axis));
  commonDevice('cat', tensors);
  const dtype = tensors.map((tensor) => tensor.dtype).reduce(promoteTypes);
  return composed(first, () => merge(tensors.map((tensor) => castTo(tensor, dtype)), axis)); // prettier-ignore
}

/** Tensors of one shape side by side along a new axis `dim` (0 unless given). As torch.stack. */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  if (tensors.length === 0) throw new ArgumentError('stack: expected at least one tensor');
  const { shape, ndim } = tensors[0];
  const axis = normalizeAxis('stack', dim, ndim + 1);
  tensors.forEach((tensor, i) => {
    if (formatShape(tensor.shape) !== formatShape(shape)) {
      throw new ShapeError(
        `stack: tensor ${i} has shape ${formatShape(tensor.shape)}, expected ${formatShape(shape)} as tensor 0`,
      );
    }
  });
  return cat(
    tensors.map((tensor) => unsqueeze(tensor, axis)),
    axis,
  );
}

function checkFit(first: Tensor, tensor: Tensor, i: number, axis: number): void {
  const fits =
    tensor.ndim === first.ndim && tensor.shape.every((size, a) => a === axis || size === first.shape[a]);
  if (first.ndim === 0) throw new ShapeError('cat: tensors without axes cannot be joined; use stack()');
  if (fits) return;
  throw new ShapeError(
    `cat: tensor ${i} has shape ${formatShape(tensor.shape)}, tensor 0 ${formatShape(first.shape)}; ` +
      `expected equal sizes but for axis ${axis}`,
  );
}

function merge(pieces: readonly Tensor[], axis: number): Tensor {
  if (pieces.length === 1) return pieces[0];
  if (pieces.length <= FAN_IN) return mergeFew(pieces, axis);
  const groups: Tensor[] = [];
  const size = FAN_IN ** Math.ceil(Math.log(pieces.length) / Math.log(FAN_IN) - 1);
  for (let i = 0; i < pieces.length; i += size) {
    const group = merge(pieces.slice(i, i + size), axis);
    groups.push(apply('contiguous', [group], undefined));
  }
  return mergeFew(groups, axis);
}

/** Each piece in its place among neutral elements; then they are put on top of each other. */
function mergeFew(pieces: readonly Tensor[], axis: number): Tensor {
  const total = pieces.reduce((sum, piece) => sum + piece.shape[axis], 0);
  const isBool = pieces[0].dtype === 'bool';
  let start = 0;
  const placed = pieces.map((piece) => {
    const at = (n: number) => piece.shape.map((_, a) => (a === axis ? n : 0));
    const lo = start;
    start += piece.shape[axis];
    // -0 and not 0 is what leaves every float as it is when added.
    const attrs = { lo: at(lo), hi: at(total - start), interior: at(0), value: isBool ? 0 : -0 };
    return apply('pad', [piece], attrs);
  });
  return placed.reduce((a, b) => apply(isBool ? 'or' : 'add', [a, b], undefined));
}
