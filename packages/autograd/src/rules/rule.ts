/** What a gradient rule is, and the few helpers that rules share. */

import type { OpAttrs, OpName, Shape } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { apply, literal } from '@tenfold/tensor/internal';

export interface RuleContext<K extends OpName> {
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  readonly attrs: OpAttrs[K];
  /** The gradient of the output; its shape and dtype are the output's. */
  readonly gradient: Tensor;
  /** Which inputs gradients flow to. */
  readonly needs: readonly boolean[];
}

export interface GradRule<K extends OpName> {
  /** Which values of the forward pass the rule reads. */
  readonly saves: 'none' | 'inputs' | 'output' | 'all';
  /** The gradients of the inputs, in order, each of its input's shape; undefined where there is none. */
  backward(context: RuleContext<K>): readonly (Tensor | undefined)[];
}

/** An operation through which no gradient flows: its results are never traced, or its gradient stops by intent. */
export const NON_DIFFERENTIABLE = 'non-differentiable';
export type NonDifferentiable = typeof NON_DIFFERENTIABLE;

export const add = (a: Tensor, b: Tensor): Tensor => apply('add', [a, b], undefined);
export const sub = (a: Tensor, b: Tensor): Tensor => apply('sub', [a, b], undefined);
export const mul = (a: Tensor, b: Tensor): Tensor => apply('mul', [a, b], undefined);
export const div = (a: Tensor, b: Tensor): Tensor => apply('div', [a, b], undefined);
export const neg = (a: Tensor): Tensor => apply('neg', [a], undefined);
export const times = (a: Tensor, factor: number): Tensor => mul(a, literal(a, factor));
export const zerosOf = (a: Tensor): Tensor => literal(a, 0);
export const where = (condition: Tensor, a: Tensor, b: Tensor): Tensor =>
  apply('where', [condition, a, b], undefined);
export const reshape = (a: Tensor, shape: Shape): Tensor => apply('reshape', [a], { shape });
export const flip = (a: Tensor, axes: readonly number[]): Tensor => apply('flip', [a], { axes });

/** Undoes the removal of reduced axes: from the reduced shape to `shape`. */
export function expandReduced(a: Tensor, shape: Shape, axes: readonly number[]): Tensor {
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return apply('expand', [reshape(a, kept)], { shape });
}
