/** Gradients of movement: each is movement again, or a sum where elements were repeated. */

import type { OpName } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { apply, constant, expandTo, literal, source } from '@tenfold/tensor/internal';
import { flip, reshape, sub, where, zerosOf } from './rule.ts';
import type { GradRule, RuleContext } from './rule.ts';

function rule<K extends OpName>(backward: (context: RuleContext<K>) => Tensor): GradRule<K> {
  return { saves: 'none', backward: (context) => [backward(context)] };
}

export const reshapeRule = rule<'reshape'>(({ gradient, inputs: [x] }) => reshape(gradient, x.shape));

export const permuteRule = rule<'permute'>(({ gradient, attrs: { axes } }) =>
  apply('permute', [gradient], { axes: axes.map((_, axis) => axes.indexOf(axis)) }),
);

export const expandRule = rule<'expand'>(({ gradient, inputs: [x] }) => {
  const added = gradient.ndim - x.ndim;
  const axes = gradient.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < added || (x.shape[axis - added] === 1 && gradient.shape[axis] !== 1));
  const sum = axes.length > 0 ? apply('reduce', [gradient], { kind: 'sum', axes }) : gradient;
  return sum.ndim === x.ndim ? sum : reshape(sum, x.shape);
});

export const padRule = rule<'pad'>(({ gradient, inputs: [x], attrs: { lo, interior } }) =>
  apply('slice', [gradient], { start: lo, step: interior.map((n) => n + 1), shape: x.shape }),
);

export const flipRule = rule<'flip'>(({ gradient, attrs: { axes } }) => flip(gradient, axes));

/** Zeros everywhere but at the slice; with a run-time start, the rows are fetched by their distance from it. */
export const sliceRule: GradRule<'slice'> = {
  saves: 'none',
  backward({ gradient, inputs: [x, offset], attrs: { start, step } }) {
    const span = (axis: number) =>
      Math.max(gradient.shape[axis] - 1, 0) * step[axis] + Math.min(gradient.shape[axis], 1);
    const lo = start.map((n, axis) => (offset && axis === 0 ? 0 : n));
    const hi = x.shape.map((size, axis) => size - lo[axis] - span(axis));
    const placed = apply('pad', [gradient], { lo, hi, interior: step.map((n) => n - 1), value: 0 });
    return offset ? [shiftRows(placed, offset, start[0]), undefined] : [placed];
  },
};

/** Moves the rows of axis 0 up by a run-time distance; rows that come in are zero. */
function shiftRows(x: Tensor, offset: Tensor, start: number): Tensor {
  const rows = source(x.home, 'iota', { shape: x.shape, axis: 0 });
  const distance = expandTo(apply('add', [offset, constant(x.home, start, 'int32')], undefined), x.shape);
  const from = sub(rows, distance);
  const zero = zerosOf(from);
  const outside = apply('lt', [from, zero], undefined);
  const moved = apply('gather', [x, where(outside, zero, from)], { axis: 0 });
  return where(outside, literal(x, 0), moved);
}

/**
 * Every element collects from the windows it is in: dx[h] = Σ_k g[(h - dilation·k) / stride, k]. That is a contraction
 * with 1 that reads the gradient, spread by the stride, at an affine index.
 */
export const windowRule = rule<'window'>(
  ({ gradient, inputs: [x], attrs: { axes, size, stride, dilation } }) => {
    const zeros = gradient.shape.map(() => 0);
    const interior = zeros.map((_, axis) => (axes.includes(axis) ? stride[axes.indexOf(axis)] - 1 : 0));
    const spread = apply('pad', [gradient], { lo: zeros, hi: zeros, interior, value: 0 });
    const rank = x.ndim;
    const plain = (label: number) => ({ terms: [{ label, coefficient: 1 }], offset: 0 });
    const position = (axis: number) => {
      const i = axes.indexOf(axis);
      if (i < 0) return plain(axis);
      return { terms: [{ label: axis, coefficient: 1 }, { label: rank + i, coefficient: -dilation[i] }], offset: 0 }; // prettier-ignore
    };
    const labels = x.shape.map((_, axis) => axis);
    return apply('contract', [spread, constant(x.home, 1, x.dtype)], {
      extents: [...x.shape, ...size],
      a: [...labels.map(position), ...size.map((_, i) => plain(rank + i))],
      b: [],
      out: labels,
    });
  },
);
