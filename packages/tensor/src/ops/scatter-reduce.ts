/**
 * Reductions into positions that a tensor holds. Extremes share their gradient evenly, and products have the right one
 * with zeros among their factors too, as in PyTorch.
 */

import { ArgumentError, isFloat } from '@tenfold/ir';
import type { DType, ScatterMode } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { castTo, literal } from '../core/broadcast.ts';
import { composed } from '../core/cut.ts';
import { customGrad } from '../core/custom-grad.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { scatterTarget } from './scatter-with.ts';

export type ScatterReduction = 'sum' | 'prod' | 'mean' | 'amax' | 'amin';

export interface ScatterReduceOptions {
  /** Whether what is in `self` takes part, at the positions written to. Default true. */
  readonly includeSelf?: boolean;
}

const MODES: { readonly [R in ScatterReduction]: ScatterMode } = {
  sum: 'sum',
  prod: 'prod',
  mean: 'sum',
  amax: 'max',
  amin: 'min',
};

/**
 * A copy of `self` with the elements of `src` reduced into the positions in `index` along `dim`. As torch.scatter_reduce.
 * @throws ArgumentError for another reduction; IndexError and ShapeError as `scatter`.
 */
export function scatterReduce(
  self: Tensor,
  dim: number,
  index: Tensor,
  src: Tensor,
  reduce: ScatterReduction,
  { includeSelf = true }: ScatterReduceOptions = {},
): Tensor {
  if (!Object.hasOwn(MODES, reduce)) {
    throw new ArgumentError(
      `scatterReduce: unknown reduction '${String(reduce)}'; expected ${Object.keys(MODES).join(', ')}`,
    );
  }
  return composed(self, () => {
    const { base, axis, positions, source } = scatterTarget('scatterReduce', self, dim, index, src);
    const result = reduceInto(base, axis, positions, source, reduce, includeSelf);
    return self.ndim === 0 ? apply('reshape', [result], { shape: [] }) : result;
  });
}

/** Reduces `src` into `self` at positions (int32) of its shape along an axis. All of it is checked already. */
export function reduceInto(
  self: Tensor,
  axis: number,
  positions: Tensor,
  src: Tensor,
  reduce: ScatterReduction,
  includeSelf: boolean,
): Tensor {
  const into = (base: Tensor, mode: ScatterMode, value: Tensor) =>
    apply('scatter', [base, positions, value], { axis, mode });
  const without = (base: Tensor, value: number) => into(base, 'set', literal(src, value));
  const base = includeSelf ? self : without(self, neutral(reduce, self.dtype));
  const steps: Steps = {
    combine: (x, y) => into(x, MODES[reduce], y),
    add: (x, y) => into(x, 'sum', y),
    at: (x) => apply('gather', [x, positions], { axis }),
  };
  switch (reduce) {
    case 'sum':
      return steps.add(base, src);
    case 'mean': {
      const own = includeSelf ? literal(self, 1) : without(literal(self, 1), 0);
      return quotient(steps.add(base, src), steps.add(own, literal(src, 1)));
    }
    case 'prod':
      return product(base, src, steps);
    default:
      return extremum(base, src, steps);
  }
}

/** What the gradients need: the reduction itself, sums into the same positions, and fetching from them. */
interface Steps {
  readonly combine: (base: Tensor, src: Tensor) => Tensor;
  readonly add: (base: Tensor, src: Tensor) => Tensor;
  readonly at: (x: Tensor) => Tensor;
}

function quotient(total: Tensor, count: Tensor): Tensor {
  return isFloat(total.dtype) ? raw.div(total, count) : raw.idiv(total, count);
}

/**
 * The gradient of a factor is the product of the others: the result divided by the factor, unless that is 0. A factor
 * that is the only 0 of its product gets the product without it.
 */
function product(self: Tensor, src: Tensor, steps: Steps): Tensor {
  const { combine, add, at } = steps;
  return customGrad(
    [self, src],
    () => combine(self, src),
    (gradient, result) => {
      const [selfIsZero, srcIsZero] = [self, src].map((x) => raw.eq(x, literal(x, 0)));
      const one = literal(src, 1);
      const own = raw.where(selfIsZero, literal(self, 1), self);
      const others = raw.div(product(own, src, steps), own);
      const zeros = at(add(literal(self, 0), castTo(srcIsZero, src.dtype)));
      const alone = raw.and(srcIsZero, raw.eq(zeros, one));
      const withoutIt = product(self, raw.where(alone, one, src), steps);
      const divided = raw.div(at(raw.mul(gradient, result)), raw.where(srcIsZero, one, src));
      return [raw.mul(gradient, others), raw.where(alone, at(raw.mul(gradient, withoutIt)), divided)];
    },
  );
}

/** The gradient goes to whatever equals the extremum, in equal parts. */
function extremum(self: Tensor, src: Tensor, { combine, add, at }: Steps): Tensor {
  return customGrad(
    [self, src],
    () => combine(self, src),
    (gradient, result) => {
      const isSelf = castTo(raw.eq(self, result), self.dtype);
      const isSrc = castTo(raw.eq(src, at(result)), src.dtype);
      const share = raw.div(gradient, add(isSelf, isSrc));
      return [raw.mul(isSelf, share), raw.mul(isSrc, at(share))];
    },
  );
}

/** What a reduction starts from. */
function neutral(reduce: ScatterReduction, dtype: DType): number {
  if (reduce === 'sum' || reduce === 'mean') return 0;
  if (reduce === 'prod') return 1;
  const least = reduce === 'amax';
  if (isFloat(dtype)) return least ? -Infinity : Infinity;
  if (dtype === 'bool' || dtype === 'uint8') return least ? 0 : dtype === 'bool' ? 1 : 255;
  const bits = dtype === 'int8' ? 7 : dtype === 'int32' ? 31 : 53;
  return least ? -(2 ** bits) : 2 ** bits - 1;
}
