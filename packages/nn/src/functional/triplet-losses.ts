/** Triplet losses: an anchor should be nearer to a positive than to a negative example, by a margin. */

import { ArgumentError, ShapeError, formatShape } from '@tenfold/ir';
import { clamp } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { composed } from '@tenfold/tensor/internal';
import { pairwiseDistance } from './distances.ts';
import { reduceLoss } from './reduction.ts';
import type { LossOptions } from './reduction.ts';

export interface TripletOptions extends LossOptions {
  /** How much farther the negative should be. Default 1. */
  readonly margin?: number;
  /** Whether the negative is measured from the positive where that is nearer. Default false. */
  readonly swap?: boolean;
}

export interface TripletMarginLossOptions extends TripletOptions {
  /** The exponent of the distance's norm. Default 2. */
  readonly p?: number;
  /** Added to differences. Default 1e-6. */
  readonly eps?: number;
}

/** Distances of vectors along the last axis. */
export type DistanceFunction = (x1: Tensor, x2: Tensor) => Tensor;

export interface TripletMarginWithDistanceLossOptions extends TripletOptions {
  /** Default: pairwiseDistance. */
  readonly distanceFunction?: DistanceFunction | null;
}

/**
 * `max(0, d(anchor, positive) - d(anchor, negative) + margin)` with the distance of the `p`-norm, for `[N, D]` or
 * `[D]`, as torch.nn.functional.triplet_margin_loss. https://bmva-archive.org.uk/bmvc/2016/papers/paper119
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  { margin = 1, p = 2, eps = 1e-6, swap = false, reduction }: TripletMarginLossOptions = {},
): Tensor {
  return composed(anchor, () => {
    requireSameRank('tripletMarginLoss', [anchor, positive, negative]);
    const distance = (x1: Tensor, x2: Tensor) => pairwiseDistance(x1, x2, p, { eps });
    const losses = hinge(distance, anchor, positive, negative, margin, swap);
    return reduceLoss('tripletMarginLoss', losses, reduction);
  });
}

/** As tripletMarginLoss with any distance, as torch.nn.functional.triplet_margin_with_distance_loss. */
export function tripletMarginWithDistanceLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletMarginWithDistanceLossOptions = {},
): Tensor {
  const { distanceFunction = null, margin = 1, swap = false, reduction } = options;
  return composed(anchor, () => {
    requireSameRank('tripletMarginWithDistanceLoss', [anchor, positive, negative]);
    if (!(margin >= 0)) {
      throw new ArgumentError(
        `tripletMarginWithDistanceLoss: margin is ${margin}, expected a number of at least 0`,
      );
    }
    const distance = distanceFunction ?? ((x1: Tensor, x2: Tensor) => pairwiseDistance(x1, x2));
    const losses = hinge(distance, anchor, positive, negative, margin, swap);
    return reduceLoss('tripletMarginWithDistanceLoss', losses, reduction);
  });
}

function hinge(
  distance: DistanceFunction,
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  margin: number,
  swap: boolean,
): Tensor {
  const near = distance(anchor, positive);
  const direct = distance(anchor, negative);
  const far = swap ? direct.minimum(distance(positive, negative)) : direct;
  return clamp(near.sub(far).add(margin), 0);
}

function requireSameRank(op: string, inputs: readonly Tensor[]): void {
  if (inputs.every(({ ndim }) => ndim === inputs[0].ndim)) return;
  const shapes = inputs.map(({ shape }) => formatShape(shape)).join(', ');
  throw new ShapeError(
    `${op}: anchor, positive and negative have shapes ${shapes}; expected as many axes in each`,
  );
}
