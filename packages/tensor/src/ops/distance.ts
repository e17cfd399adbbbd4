/** Distances between all vectors of two sets. */

import { ArgumentError, ShapeError, broadcastShapes, formatShape } from '@tenfold/ir';
import { apply } from '../core/apply.ts';
import { expandTo, literal } from '../core/broadcast.ts';
import { composed } from '../core/cut.ts';
import { customGrad } from '../core/custom-grad.ts';
import * as raw from '../core/primitives.ts';
import type { Tensor } from '../core/tensor.ts';
import { matmul } from './matmul.ts';
import { norm } from './norm.ts';
import { transpose } from './shape.ts';

/** Whether Euclidean distances are found by a matrix product, which is fast for many vectors and rounds more. */
export type CdistMode =
  'use_mm_for_euclid_dist_if_necessary' | 'use_mm_for_euclid_dist' | 'donot_use_mm_for_euclid_dist';

export interface CdistOptions {
  /** Default `'use_mm_for_euclid_dist_if_necessary'`: with more than 25 vectors in one of the sets. */
  readonly computeMode?: CdistMode;
}

const MODES: readonly CdistMode[] = [
  'use_mm_for_euclid_dist_if_necessary',
  'use_mm_for_euclid_dist',
  'donot_use_mm_for_euclid_dist',
];

/** So many vectors are worth a matrix product. */
const MANY = 25;

/**
 * The `p`-norm of the difference of each vector of `x1` and each of `x2`: `[..., n, d], [..., m, d] -> [..., n, m]`; the
 * axes before broadcast. The gradient where a distance is 0 is 0. As torch.cdist.
 * @throws ShapeError when the vectors differ in length; ArgumentError for a negative `p`.
 */
export function cdist(
  x1: Tensor,
  x2: Tensor,
  p = 2,
  { computeMode = 'use_mm_for_euclid_dist_if_necessary' }: CdistOptions = {},
): Tensor {
  if (!(p >= 0)) throw new ArgumentError(`cdist: p is ${p}, expected a number from 0, or Infinity`);
  if (!MODES.includes(computeMode))
    throw new ArgumentError(`cdist: computeMode is '${String(computeMode)}', expected ${MODES.join(', ')}`);
  if (x1.ndim < 2 || x2.ndim < 2 || x1.shape.at(-1) !== x2.shape.at(-1)) {
    throw new ShapeError(
      `cdist: shapes ${formatShape(x1.shape)} and ${formatShape(x2.shape)} do not fit; expected [..., n, d] and [..., m, d]`,
    );
  }
  const batch = broadcastShapes('cdist', x1.shape.slice(0, -2), x2.shape.slice(0, -2));
  const [a, b] = [x1, x2].map((x) => expandTo(x, [...batch, ...x.shape.slice(-2)]));
  const many = Math.max(a.shape.at(-2) ?? 0, b.shape.at(-2) ?? 0) > MANY;
  const byProduct = p === 2 && (computeMode === MODES[1] || (computeMode === MODES[0] && many));
  return composed(x1, () => (byProduct ? euclidean(a, b) : lengths(differences(a, b), p)));
}

function differences(a: Tensor, b: Tensor): Tensor {
  const batch = a.shape.slice(0, -2);
  const [[n, d], [m]] = [a.shape.slice(-2), b.shape.slice(-2)];
  const rows = apply('reshape', [a], { shape: [...batch, n, 1, d] });
  const columns = apply('reshape', [b], { shape: [...batch, 1, m, d] });
  const shape = [...batch, n, m, d];
  return raw.sub(expandTo(rows, shape), expandTo(columns, shape));
}

/** The norms of the last axis. Where several components are the greatest, each has the whole gradient, as in PyTorch. */
function lengths(x: Tensor, p: number): Tensor {
  if (x.shape.at(-1) === 0) return norm(x, 1, -1);
  if (p !== Infinity) return norm(x, p, -1);
  return customGrad(
    [x],
    () => norm(x, p, -1),
    (gradient, greatest) => {
      const spread = (y: Tensor) => expandTo(apply('reshape', [y], { shape: [...y.shape, 1] }), x.shape);
      const isGreatest = raw.eq(raw.abs(x), spread(greatest));
      return [raw.where(isGreatest, raw.mul(spread(gradient), raw.sign(x)), literal(x, 0))];
    },
  );
}

/** `|a - b|² = |a|² - 2 a·b + |b|²`, never less than 0. */
function euclidean(a: Tensor, b: Tensor): Tensor {
  const across = (x: Tensor) => transpose(x, -2, -1);
  return customGrad(
    [a, b],
    () => {
      const squares = (x: Tensor) => apply('reduce', [raw.mul(x, x)], { kind: 'sum', axes: [x.ndim - 1] });
      const products = matmul(a, across(b));
      const { shape } = products;
      const rows = apply('reshape', [squares(a)], { shape: [...shape.slice(0, -1), 1] });
      const columns = apply('reshape', [squares(b)], {
        shape: [...shape.slice(0, -2), 1, shape[shape.length - 1]],
      });
      const sum = raw.add(expandTo(rows, shape), expandTo(columns, shape));
      const squared = raw.sub(sum, raw.add(products, products));
      return raw.sqrt(raw.max(squared, literal(squared, 0)));
    },
    (gradient, distance) => {
      const zero = literal(distance, 0);
      const ratio = raw.where(raw.eq(distance, zero), zero, raw.div(gradient, distance));
      const pull = (own: Tensor, weights: Tensor, other: Tensor) => {
        const total = apply('reduce', [weights], { kind: 'sum', axes: [weights.ndim - 1] });
        const scale = expandTo(apply('reshape', [total], { shape: [...total.shape, 1] }), own.shape);
        return raw.sub(raw.mul(own, scale), matmul(weights, other));
      };
      return [pull(a, ratio, b), pull(b, across(ratio), a)];
    },
  );
}
