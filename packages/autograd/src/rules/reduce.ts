/** Gradients of reductions and cumulative operations. */

import { numel } from '@tenfold/ir';
import type { OpAttrs, ReduceKind, Shape } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { apply, castTo, literal, source } from '@tenfold/tensor/internal';
import { div, expandReduced, flip, mul, reshape, where, zerosOf } from './rule.ts';
import type { GradRule, RuleContext } from './rule.ts';

type ReduceContext = RuleContext<'reduce'>;

const equals = (a: Tensor, b: Tensor): Tensor => apply('eq', [a, b], undefined);

/** Every element that attains the extremum gets an equal share, as torch.amax. */
function extremum({ gradient, inputs: [x], output, attrs: { axes } }: ReduceContext): Tensor {
  const attains = castTo(equals(x, expandReduced(output, x.shape, axes)), x.dtype);
  const count = apply('reduce', [attains], { kind: 'sum', axes });
  return mul(attains, expandReduced(div(gradient, count), x.shape, axes));
}

/** The product of all other elements, without dividing: zeros are ordinary. */
function product({ gradient, inputs: [x], attrs: { axes } }: ReduceContext): Tensor {
  const rest = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...rest, ...axes];
  const outer: Shape = rest.map((axis) => x.shape[axis]);
  const length = numel(axes.map((axis) => x.shape[axis]));
  const moved = apply('permute', [x], { axes: order });
  const rows = reshape(moved, [...outer, length]);
  const last = outer.length;
  const others = mul(productBefore(rows, last), flip(productBefore(flip(rows, [last]), last), [last]));
  const back = order.map((_, axis) => order.indexOf(axis));
  const restored = apply('permute', [reshape(others, moved.shape)], { axes: back });
  return mul(restored, expandReduced(gradient, x.shape, axes));
}

/** Exclusive cumulative product: 1, x0, x0·x1, … */
function productBefore(x: Tensor, axis: number): Tensor {
  const shifted = shiftIn(x, axis, 1);
  return apply('scan', [shifted], { kind: 'prod', axis });
}

/** Moves everything one place up the axis; `value` comes in at the start and the last element falls out. */
function shiftIn(x: Tensor, axis: number, value: number): Tensor {
  const zeros = x.shape.map(() => 0);
  const lo = zeros.map((_, a) => (a === axis ? 1 : 0));
  const padded = apply('pad', [x], { lo, hi: zeros, interior: zeros, value });
  return apply('slice', [padded], { start: zeros, step: zeros.map(() => 1), shape: x.shape });
}

const BACKWARD: { readonly [K in ReduceKind]: (context: ReduceContext) => Tensor | undefined } = {
  sum: ({ gradient, inputs: [x], attrs: { axes } }) => expandReduced(gradient, x.shape, axes),
  prod: product,
  max: extremum,
  min: extremum,
  argmax: () => undefined,
  argmin: () => undefined,
};

export const reduceRule: GradRule<'reduce'> = {
  saves: 'inputs',
  backward: (context) => [BACKWARD[context.attrs.kind](context)],
};

/** Cumulative sum from the end. */
function sumAfter(x: Tensor, axis: number): Tensor {
  return flip(apply('scan', [flip(x, [axis])], { kind: 'sum', axis }), [axis]);
}

type ScanContext = RuleContext<'scan'>;

/**
 * d y_j / d x_i is the product of the others up to j. Before the first zero it is y_j / x_i; for the first zero itself
 * it is the product with that zero replaced by one, up to the second zero; behind it nothing gets through.
 */
function productScan({ gradient, inputs: [x], output, attrs: { axis } }: ScanContext): Tensor {
  const one = literal(x, 1);
  const none = zerosOf(x);
  const isZero = equals(x, none);
  const zerosSoFar = apply('scan', [where(isZero, one, none)], { kind: 'sum', axis });
  const regular = div(sumAfter(mul(gradient, output), axis), where(isZero, one, x));
  const first = apply('and', [isZero, equals(zerosSoFar, one)], undefined);
  const withoutFirst = apply('scan', [where(first, one, x)], { kind: 'prod', axis });
  const reachable = where(equals(zerosSoFar, one), mul(gradient, withoutFirst), none);
  const atFirst = sumAfter(reachable, axis);
  const beforeFirst = equals(zerosSoFar, none);
  return where(first, atFirst, where(beforeFirst, regular, none));
}

/** Each result came from one position, the latest that attained the extremum or was NaN; its gradient goes back there. */
function extremumScan({ gradient, inputs: [x], output, attrs: { axis } }: ScanContext): Tensor {
  const position = source(x.home, 'iota', { shape: x.shape, axis });
  const start = literal(position, 0);
  const attained = apply('or', [equals(x, output), apply('ne', [x, x], undefined)], undefined);
  const from = apply('scan', [where(attained, position, start)], { kind: 'max', axis });
  return apply('scatter', [zerosOf(x), from, gradient], { axis, mode: 'sum' });
}

const SCAN_BACKWARD: { readonly [K in OpAttrs['scan']['kind']]: (context: ScanContext) => Tensor } = {
  sum: ({ gradient, attrs: { axis } }) => sumAfter(gradient, axis),
  prod: productScan,
  max: extremumScan,
  min: extremumScan,
};

export const scanRule: GradRule<'scan'> = {
  saves: 'inputs',
  backward: (context) => [SCAN_BACKWARD[context.attrs.kind](context)],
};
