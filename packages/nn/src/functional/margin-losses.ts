/**
 * Losses that ask for a margin: between two inputs, between a class and the others, on one side of a boundary. A target
 * of two classes is 1 or -1. As the functions of torch.nn.functional of these names.
 */

import { ArgumentError, ShapeError, broadcastShapes, formatShape, sameShape } from '@tenfold/ir';
import { clamp, cumprod, indexSelect, logicalNot, logicalAnd, where } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { apply, castTo, composed, expandTo, literal, source } from '@tenfold/tensor/internal';
import { logsigmoid, relu } from './activations.ts';
import { requireIndices, requireSameShape, requireShape } from './checks.ts';
import { checkIndexRange } from './index-range.ts';
import { reduceLoss } from './reduction.ts';
import type { LossOptions } from './reduction.ts';

export interface MarginOptions extends LossOptions {
  /** How far apart two inputs should be. Default 0, of hingeEmbeddingLoss 1. */
  readonly margin?: number;
}

/** `x` where the target is 1, `max(0, margin - x)` where it is -1. */
export function hingeEmbeddingLoss(input: Tensor, target: Tensor, options: MarginOptions = {}): Tensor {
  const { margin = 1, reduction } = options;
  return composed(input, () => {
    const zero = literal(input, 0);
    const similar = where(target.eq(-1), zero, input);
    const different = where(target.eq(1), zero, clamp(input.neg().add(margin), 0));
    return reduceLoss('hingeEmbeddingLoss', similar.add(different), reduction);
  });
}

/** `max(0, -target · (input1 - input2) + margin)`: the first input should be greater where the target is 1. */
export function marginRankingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  { margin = 0, reduction }: MarginOptions = {},
): Tensor {
  return composed(input1, () => {
    if (input1.ndim !== input2.ndim || input1.ndim !== target.ndim) {
      const shapes = [input1, input2, target].map(({ shape }) => formatShape(shape));
      throw new ShapeError(
        `marginRankingLoss: shapes ${shapes.join(', ')} differ in their number of axes, expected as many of each`,
      );
    }
    const losses = clamp(target.neg().mul(input1.sub(input2)).add(margin), 0);
    return reduceLoss('marginRankingLoss', losses, reduction);
  });
}

/** PyTorch's, so that the cosine of a zero vector is 0. */
const LEAST_SQUARE = 1e-12;

/**
 * `1 - cos(input1, input2)` where the target is 1, `max(0, cos - margin)` where it is -1, of `[N, D]` with targets
 * `[N]`, or `[D]` with one.
 */
export function cosineEmbeddingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  { margin = 0, reduction }: MarginOptions = {},
): Tensor {
  return composed(input1, () => {
    const fits = input1.ndim === target.ndim + 1 && input2.ndim === target.ndim + 1 && target.ndim <= 1;
    if (!fits) {
      const shapes = [input1, input2, target].map(({ shape }) => formatShape(shape));
      throw new ShapeError(
        `cosineEmbeddingLoss: shapes ${shapes.join(', ')}; expected [N, D], [N, D], [N] or [D], [D], []`,
      );
    }
    const squared = (x: Tensor) => x.mul(x).sum(-1).add(LEAST_SQUARE);
    const cosine = input1
      .mul(input2)
      .sum(-1)
      .div(squared(input1).mul(squared(input2)).sqrt());
    const zero = literal(cosine, 0);
    const same = where(target.eq(1), literal(cosine, 1).sub(cosine), zero);
    const different = where(target.eq(-1), clamp(cosine.sub(margin), 0), zero);
    return reduceLoss('cosineEmbeddingLoss', same.add(different), reduction);
  });
}

/** `log(1 + exp(-target · input))`, without overflow. */
export function softMarginLoss(input: Tensor, target: Tensor, { reduction }: LossOptions = {}): Tensor {
  broadcastShapes('softMarginLoss', input.shape, target.shape);
  return composed(input, () => reduceLoss('softMarginLoss', logsigmoid(target.mul(input)).neg(), reduction));
}

export interface MultiMarginLossOptions extends MarginOptions {
  /** The exponent, 1 or 2. Default 1. */
  readonly p?: number;
  /** A factor for each class, `[C]`. */
  readonly weight?: Tensor | null;
}

/**
 * `sum over j ≠ y of max(0, margin - x[y] + x[j])^p / C` for scores `[N, C]` and classes `[N]`, or `[C]` and one class.
 * The margin is 1 unless given.
 */
export function multiMarginLoss(input: Tensor, target: Tensor, options: MultiMarginLossOptions = {}): Tensor {
  const { p = 1, margin = 1, weight = null, reduction } = options;
  return composed(input, () => {
    if (p !== 1 && p !== 2) throw new ArgumentError(`multiMarginLoss: p is ${p}, expected 1 or 2`);
    requireRows('multiMarginLoss', input);
    requireIndices('multiMarginLoss', 'target', target);
    const classes = input.shape[input.ndim - 1];
    const rows = input.reshape([-1, classes]);
    if (!sameShape(target.shape, input.shape.slice(0, -1)) && !(input.ndim === 1 && target.numel === 1)) {
      requireShape('multiMarginLoss', 'target', target, input.shape.slice(0, -1));
    }
    checkIndexRange('multiMarginLoss', 'class', target, classes);
    const label = castTo(target.reshape([rows.shape[0], 1]), 'int32');
    const distance = relu(rows.sub(apply('gather', [rows, label], { axis: 1 })).add(margin));
    const powered = p === 1 ? distance : distance.mul(distance);
    if (weight) requireShape('multiMarginLoss', 'weight', weight, [classes]);
    const weighted = weight ? powered.mul(indexSelect(weight, 0, label.flatten()).unsqueeze(1)) : powered;
    const others = where(isClass(rows, label), literal(weighted, 0), weighted);
    const losses = others.sum(1).div(literal(others.sum(1), classes));
    return reduceLoss('multiMarginLoss', losses.reshape(input.shape.slice(0, -1)), reduction);
  });
}

/**
 * `sum over targets y and other classes j of max(0, 1 - (x[y] - x[j])) / C` for scores `[N, C]` or `[C]`. A target has
 * the shape of the scores and lists classes up to the first negative number.
 */
export function multilabelMarginLoss(input: Tensor, target: Tensor, { reduction }: LossOptions = {}): Tensor {
  return composed(input, () => {
    requireRows('multilabelMarginLoss', input);
    requireIndices('multilabelMarginLoss', 'target', target);
    requireSameShape('multilabelMarginLoss', input, target);
    const classes = input.shape[input.ndim - 1];
    checkIndexRange('multilabelMarginLoss', 'class', target, classes, -1);
    const rows = input.reshape([-1, classes]);
    const labels = castTo(target.reshape(rows.shape), 'int32');
    const counts = castTo(cumprod(castTo(labels.ge(0), 'int32'), 1, { dtype: 'int32' }), 'bool');
    const index = where(counts, labels, literal(labels, 0));
    // Axes: example, position in the list of targets, class.
    const square = [rows.shape[0], classes, classes];
    const counted = expandTo(counts.unsqueeze(2), square);
    const named = logicalAnd(isClass(expandTo(rows.unsqueeze(1), square), index.unsqueeze(2)), counted);
    const isTarget = castTo(castTo(named, 'int32').sum(1, { keepdim: true }), 'bool');
    const score = apply('gather', [rows, index], { axis: 1 });
    const distance = relu(rows.unsqueeze(1).sub(score.unsqueeze(2)).add(1));
    const matters = logicalAnd(counted, logicalNot(expandTo(isTarget, square)));
    const losses = where(matters, distance, literal(distance, 0)).sum([1, 2]);
    const shares = losses.div(literal(losses, classes)).reshape(input.shape.slice(0, -1));
    return reduceLoss('multilabelMarginLoss', shares, reduction);
  });
}

export interface MultilabelSoftMarginLossOptions extends LossOptions {
  /** A factor for each class, `[C]`. */
  readonly weight?: Tensor | null;
}

/** The mean over classes of the binary cross-entropy of logits `[N, C]` with targets from 0 to 1 of that shape. */
export function multilabelSoftMarginLoss(
  input: Tensor,
  target: Tensor,
  { weight = null, reduction }: MultilabelSoftMarginLossOptions = {},
): Tensor {
  return composed(input, () => {
    const one = literal(input, 1);
    const gain = target.mul(logsigmoid(input)).add(one.sub(target).mul(logsigmoid(input.neg())));
    const losses = (weight ? gain.mul(weight) : gain).neg();
    return reduceLoss('multilabelSoftMarginLoss', input.ndim === 0 ? losses : losses.mean(-1), reduction);
  });
}

/** Where the class of an element, its position along the last axis, is the one that `label` (last axis 1) names. */
function isClass({ shape, home }: Tensor, label: Tensor): Tensor {
  const position = source(home, 'iota', { shape, axis: shape.length - 1 });
  return apply('eq', [position, expandTo(label, shape)], undefined);
}

function requireRows(op: string, { shape, ndim, numel }: Tensor): void {
  if ((ndim === 1 || ndim === 2) && numel / (shape[0] || 1) > 0) return;
  throw new ShapeError(
    `${op}: the input has shape ${formatShape(shape)}, expected [N, C] or [C] with C above 0`,
  );
}
