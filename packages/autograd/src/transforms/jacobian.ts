/**
 * Jacobians and Hessians as whole matrices. One backward pass is traced for one row (or one forward pass for one
 * column) and then applied to all unit vectors at once, as a batch.
 */

import { ArgumentError, GradError, formatShape, numel } from '@tenfold/ir';
import { eye } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { apply, inside } from '@tenfold/tensor/internal';
import { Batch } from '../batching/batch.ts';
import { pushForward } from './products.ts';
import { inFormOf, pullBack, valueAt, variablesFor } from './variables.ts';
import type { Like, OneOrMore, TensorFunction, TransformOptions } from './variables.ts';

/** Row by row through backward passes, or column by column through forward passes: cheaper where inputs are fewer. */
export type JacobianStrategy = 'reverse-mode' | 'forward-mode';

export interface JacobianOptions extends TransformOptions {
  /** Default 'reverse-mode'. */
  readonly strategy?: JacobianStrategy;
}

/**
 * The Jacobian of `func` at `inputs`, as torch.autograd.functional.jacobian: for each input the shape
 * `[...value's, ...input's]`. All rows are computed in one pass, so memory grows with their number.
 */
export function jacobian<I extends OneOrMore>(
  func: TensorFunction,
  inputs: I,
  { strategy = 'reverse-mode', ...options }: JacobianOptions = {},
): Like<I> {
  return inside(() => {
    const variables = variablesFor('jacobian', inputs, options.createGraph);
    const value = valueAt('jacobian', func, variables);
    const of = { 'reverse-mode': byRows, 'forward-mode': byColumns }[strategy];
    if (!of) throw new ArgumentError(`jacobian: there is no strategy '${strategy}'; it is 'reverse-mode' or 'forward-mode'`); // prettier-ignore
    return inFormOf(inputs, of('jacobian', value, variables, options));
  });
}

/**
 * The Hessian of `func`, whose value is a single number, at `inputs`, as torch.autograd.functional.hessian: of one input
 * `[...input's, ...input's]`; of several a list of lists, in which `[i][j]` has the shape `[...input i's, ...input j's]`.
 */
export function hessian(func: TensorFunction, inputs: Tensor, options?: TransformOptions): Tensor;
export function hessian(
  func: TensorFunction,
  inputs: readonly Tensor[],
  options?: TransformOptions,
): Tensor[][];
export function hessian(
  func: TensorFunction,
  inputs: OneOrMore,
  options: TransformOptions = {},
): Tensor | Tensor[][] {
  return inside(() => {
    const variables = variablesFor('hessian', inputs, options.createGraph);
    const value = valueAt('hessian', func, variables);
    if (value.numel !== 1)
      throw new GradError(`hessian: the function must return a single number, it gave ${formatShape(value.shape)}; reduce it first`); // prettier-ignore
    const gradients = pullBack('hessian', value, variables, undefined, { ...options, createGraph: true });
    const rows = gradients.map((gradient) => byRows('hessian', gradient, variables, options));
    return Array.isArray(inputs) ? rows : rows[0][0];
  });
}

type Derivatives = (
  op: string,
  value: Tensor,
  variables: readonly Tensor[],
  options: TransformOptions,
) => Tensor[];

const byRows: Derivatives = (op, value, variables, options) => {
  const { batch, unit } = unitVectors(value);
  const rows = pullBack(op, value, variables, unit, options);
  return rows.map((row) => apply('reshape', [batch.of(row)], { shape: [...value.shape, ...row.shape] }));
};

const byColumns: Derivatives = (op, value, variables, options) =>
  variables.map((variable) => {
    const { batch, unit } = unitVectors(variable);
    const columns = batch.of(pushForward(op, value, [variable], [unit], options));
    const axes = columns.shape.map((_, axis) => (axis + 1) % columns.ndim);
    const shape = [...value.shape, ...variable.shape];
    return apply('reshape', [apply('permute', [columns], { axes })], { shape });
  });

/** All unit vectors of the shape of `like` as a batch, and one that stands for them. */
function unitVectors(like: Tensor): { batch: Batch; unit: Tensor } {
  const size = numel(like.shape);
  const batch = new Batch(size);
  const identity = eye(size, size, { dtype: like.dtype, device: like.device });
  return { batch, unit: batch.placeholder(apply('reshape', [identity], { shape: [size, ...like.shape] })) };
}
