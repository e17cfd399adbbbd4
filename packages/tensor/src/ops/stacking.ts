/** Tensors joined along the axes that rows, columns and layers have, after missing axes have been put in. */

import { ArgumentError, ShapeError, formatShape, promoteTypes } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { castTo } from '../core/broadcast.ts';
import { composed } from '../core/cut.ts';
import { Tensor } from '../core/tensor.ts';
import { cat } from './join.ts';

/** As `cat`. As torch.concat. */
export function concat(tensors: readonly Tensor[], dim = 0): Tensor {
  return cat(tensors, dim);
}

/** As `cat`. As torch.concatenate. */
export function concatenate(tensors: readonly Tensor[], dim = 0): Tensor {
  return cat(tensors, dim);
}

/** A tensor without axes as a vector; of several tensors each. As torch.atleast_1d. */
export function atleast1d(tensor: Tensor): Tensor;
export function atleast1d(...tensors: readonly Tensor[] | readonly [readonly Tensor[]]): Tensor[];
export function atleast1d(...tensors: readonly Tensor[] | readonly [readonly Tensor[]]): Tensor | Tensor[] {
  return each(tensors, (shape) => (shape.length === 0 ? [1] : shape));
}

/** Vectors as matrices of one row; of several tensors each. As torch.atleast_2d. */
export function atleast2d(tensor: Tensor): Tensor;
export function atleast2d(...tensors: readonly Tensor[] | readonly [readonly Tensor[]]): Tensor[];
export function atleast2d(...tensors: readonly Tensor[] | readonly [readonly Tensor[]]): Tensor | Tensor[] {
  return each(tensors, matrixShape);
}

/** Vectors as `[1, n, 1]`, matrices as `[n, m, 1]`; of several tensors each. As torch.atleast_3d. */
export function atleast3d(tensor: Tensor): Tensor;
export function atleast3d(...tensors: readonly Tensor[] | readonly [readonly Tensor[]]): Tensor[];
export function atleast3d(...tensors: readonly Tensor[] | readonly [readonly Tensor[]]): Tensor | Tensor[] {
  return each(tensors, layeredShape);
}

/** Rows under each other: along axis 0, vectors being rows. As torch.vstack. */
export function vstack(tensors: readonly Tensor[]): Tensor {
  return joined('vstack', tensors, matrixShape, 0);
}

/** As `vstack`. As torch.row_stack. */
export function rowStack(tensors: readonly Tensor[]): Tensor {
  return joined('rowStack', tensors, matrixShape, 0);
}

/** Columns side by side: along axis 1, of vectors along axis 0. As torch.hstack. */
export function hstack(tensors: readonly Tensor[]): Tensor {
  const isFlat = (tensors[0]?.ndim ?? 0) < 2;
  return joined('hstack', tensors, (shape) => (shape.length === 0 ? [1] : shape), isFlat ? 0 : 1);
}

/** Layers behind each other: along axis 2, vectors being `[1, n, 1]` and matrices `[n, m, 1]`. As torch.dstack. */
export function dstack(tensors: readonly Tensor[]): Tensor {
  return joined('dstack', tensors, layeredShape, 2);
}

/** Columns side by side: along axis 1, vectors being columns. As torch.column_stack. */
export function columnStack(tensors: readonly Tensor[]): Tensor {
  const column = (shape: readonly number[]) => (shape.length < 2 ? [shape[0] ?? 1, 1] : shape);
  return joined('columnStack', tensors, column, 1);
}

/** Matrices along the diagonal, zeros elsewhere; vectors are rows. As torch.block_diag. */
export function blockDiag(...tensors: readonly Tensor[] | readonly [readonly Tensor[]]): Tensor {
  const list = listed(tensors);
  if (list.length === 0) throw new ArgumentError('blockDiag: expected at least one tensor');
  const tooMany = list.findIndex(({ ndim }) => ndim > 2);
  if (tooMany >= 0) {
    throw new ShapeError(
      `blockDiag: tensor ${tooMany} has shape ${formatShape(list[tooMany].shape)}, expected at most 2 axes`,
    );
  }
  return composed(list[0], () => {
    const dtype = list.map((tensor) => tensor.dtype).reduce(promoteTypes);
    const blocks = list.map((tensor) => castTo(reshaped(tensor, matrixShape(tensor.shape)), dtype));
    const width = blocks.reduce((sum, { shape }) => sum + shape[1], 0);
    let start = 0;
    const rows = blocks.map((block) => {
      const lo = [0, start];
      start += block.shape[1];
      return apply('pad', [block], { lo, hi: [0, width - start], interior: [0, 0], value: 0 });
    });
    return cat(rows);
  });
}

type ShapeRule = (shape: readonly number[]) => readonly number[];

function matrixShape(shape: readonly number[]): readonly number[] {
  return shape.length < 2 ? [1, shape[0] ?? 1] : shape;
}

function layeredShape(shape: readonly number[]): readonly number[] {
  return shape.length < 2 ? [1, shape[0] ?? 1, 1] : shape.length === 2 ? [...shape, 1] : shape;
}

function reshaped(x: Tensor, shape: readonly number[]): Tensor {
  return shape.length === x.ndim ? x : apply('reshape', [x], { shape });
}

function joined(op: string, tensors: readonly Tensor[], rule: ShapeRule, dim: number): Tensor {
  if (tensors.length === 0) throw new ArgumentError(`${op}: expected at least one tensor`);
  return composed(tensors[0], () =>
    cat(
      tensors.map((tensor) => reshaped(tensor, rule(tensor.shape))),
      dim,
    ),
  );
}

/** The list in `f(a, b)` and in `f([a, b])`. */
export function listed(tensors: readonly Tensor[] | readonly [readonly Tensor[]]): readonly Tensor[] {
  return tensors.flatMap((item: Tensor | readonly Tensor[]) => item);
}

function each(tensors: readonly Tensor[] | readonly [readonly Tensor[]], rule: ShapeRule): Tensor | Tensor[] {
  const results = listed(tensors).map((tensor) => reshaped(tensor, rule(tensor.shape)));
  return tensors.length === 1 && tensors[0] instanceof Tensor ? results[0] : results;
}
