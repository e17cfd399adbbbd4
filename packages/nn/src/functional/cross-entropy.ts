/**
 * Cross-entropy of class indices or of class probabilities, and the negative log-likelihood under it. The class axis
 * is the second one, as in `[N, C]` and `[N, C, d1, ...]`, or the only one.
 */

import { ArgumentError, ShapeError, formatShape, isFloat, sameShape } from '@tenfold/ir';
import { customGrad, indexSelect, where } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { apply, castTo, composed, expandTo, literal, source } from '@tenfold/tensor/internal';
import { requireIndices, requireShape } from './checks.ts';
import { checkIndexRange } from './index-range.ts';
import { checkReduction } from './reduction.ts';
import type { LossOptions, Reduction } from './reduction.ts';

export interface NllLossOptions extends LossOptions {
  /** A factor for each class, `[C]`; a mean is then weighted. */
  readonly weight?: Tensor | null;
  /** Targets of this value count for nothing. Default -100. */
  readonly ignoreIndex?: number;
}

export interface CrossEntropyOptions extends NllLossOptions {
  /** How much of the probability is spread evenly over all classes, from 0 to 1. Default 0. */
  readonly labelSmoothing?: number;
}

/** What the loss of one call needs to know of its targets. */
interface Targets {
  readonly axis: number;
  readonly classes: number;
  /** int32, safe to index with, with an axis of length 1 in the place of the classes. */
  readonly index: Tensor;
  /** False where the target is to be ignored. */
  readonly counts: Tensor;
  /** The weight of each target's class. */
  readonly weights: Tensor | undefined;
}

/**
 * Cross-entropy of unnormalised logits `[N, C, ...]`, as torch.nn.functional.cross_entropy. The target holds class
 * indices (`[N, ...]`, int64 or int32) or probabilities (float, the shape of the logits).
 * @throws IndexError for a class index out of range, where the target's contents are known on the host.
 */
export function crossEntropy(input: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  return composed(input, () => {
    const { labelSmoothing = 0, reduction = 'mean' } = options;
    checkReduction('crossEntropy', reduction);
    if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
      throw new ArgumentError(
        `crossEntropy: labelSmoothing is ${labelSmoothing}, expected a number from 0 to 1`,
      );
    }
    return isFloat(target.dtype)
      ? ofProbabilities(input, target, options)
      : ofIndices(input, target, options);
  });
}

function ofProbabilities(input: Tensor, target: Tensor, options: CrossEntropyOptions): Tensor {
  const { labelSmoothing = 0, weight, reduction = 'mean' } = options;
  if (!sameShape(input.shape, target.shape)) throw shapeMismatch('crossEntropy', input, target);
  const axis = classAxis('crossEntropy', input);
  const classes = input.shape[axis];
  const smooth = labelSmoothing > 0 ? target.mul(1 - labelSmoothing).add(labelSmoothing / classes) : target;
  const weighted = weight ? smooth.mul(alongAxis(weight, axis, input)) : smooth;
  const losses = weighted.mul(input.logSoftmax(axis)).sum(axis).neg();
  if (reduction === 'none') return losses;
  const total = losses.sum();
  return reduction === 'sum' ? total : total.div(literal(total, input.numel / classes));
}

function ofIndices(input: Tensor, target: Tensor, options: CrossEntropyOptions): Tensor {
  const { labelSmoothing = 0, weight, reduction = 'mean' } = options;
  const targets = checkTargets('crossEntropy', input, target, options);
  const { axis, classes, counts } = targets;
  const logProbabilities = input.logSoftmax(axis);
  const losses = negativeLogLikelihood(logProbabilities, targets);
  if (labelSmoothing === 0) return reduceWeighted(losses, targets, reduction);
  const weighted = weight ? logProbabilities.mul(alongAxis(weight, axis, input)) : logProbabilities;
  const spread = where(counts, weighted.sum(axis).neg(), literal(losses, 0));
  return reduceWeighted(
    losses.mul(1 - labelSmoothing).add(spread.mul(labelSmoothing / classes)),
    targets,
    reduction,
  );
}

/** `-input[target]` of log-probabilities `[N, C, ...]` and class indices `[N, ...]`, as torch.nn.functional.nll_loss. */
export function nllLoss(input: Tensor, target: Tensor, options: NllLossOptions = {}): Tensor {
  return composed(input, () => {
    const { reduction = 'mean' } = options;
    checkReduction('nllLoss', reduction);
    const targets = checkTargets('nllLoss', input, target, options);
    return reduceWeighted(negativeLogLikelihood(input, targets), targets, reduction);
  });
}

/** Zero where a target is ignored, and so is the gradient, also where nothing counts and the mean is 0 / 0. */
function negativeLogLikelihood(logProbabilities: Tensor, { axis, index, counts, weights }: Targets): Tensor {
  const picked = pick(logProbabilities, axis, index).squeeze(axis).neg();
  const losses = weights ? picked.mul(weights) : picked;
  return where(counts, losses, literal(losses, 0));
}

/**
 * One element of each row. Its gradient puts a value in one place of a row of zeros: written as a comparison, it joins
 * the row's other work, which a scatter would not.
 */
function pick(rows: Tensor, axis: number, index: Tensor): Tensor {
  return customGrad(
    [rows],
    () => apply('gather', [rows, index], { axis }),
    (gradient) => {
      const position = source(rows.home, 'iota', { shape: rows.shape, axis });
      const isPicked = apply('eq', [position, expandTo(index, rows.shape)], undefined);
      return [where(isPicked, expandTo(gradient, rows.shape), literal(rows, 0))];
    },
  );
}

/** A mean is over what counts, weighted; 0 / 0 is NaN when nothing does, as in PyTorch. */
function reduceWeighted(losses: Tensor, { counts, weights }: Targets, reduction: Reduction): Tensor {
  if (reduction === 'none') return losses;
  if (reduction === 'sum') return losses.sum();
  const shares = weights ? where(counts, weights, literal(weights, 0)) : castTo(counts, losses.dtype);
  return losses.sum().div(shares.sum());
}

function checkTargets(
  op: string,
  input: Tensor,
  target: Tensor,
  { weight, ignoreIndex = -100 }: NllLossOptions,
): Targets {
  const axis = classAxis(op, input);
  const classes = input.shape[axis];
  requireIndices(op, 'target', target);
  if (
    !sameShape(
      target.shape,
      input.shape.filter((_, i) => i !== axis),
    )
  )
    throw shapeMismatch(op, input, target);
  checkIndexRange(op, 'target', target, classes, ignoreIndex);
  const counts = target.ne(ignoreIndex);
  const index = where(counts, target, literal(target, 0)).to('int32');
  if (weight) requireShape(op, 'weight', weight, [classes]);
  const weights = weight ? indexSelect(weight, 0, index.flatten()).reshape(target.shape) : undefined;
  return { axis, classes, index: index.unsqueeze(axis), counts, weights };
}

function classAxis(op: string, input: Tensor): number {
  if (input.ndim > 0) return input.ndim === 1 ? 0 : 1;
  throw new ShapeError(`${op}: the input is a single number; expected [C], [N, C] or [N, C, d1, ...]`);
}

/** A vector of one number a class, in line with the class axis. */
function alongAxis(weight: Tensor, axis: number, like: Tensor): Tensor {
  requireShape('crossEntropy', 'weight', weight, [like.shape[axis]]);
  return weight.reshape(like.shape.map((size, i) => (i === axis ? size : 1)));
}

function shapeMismatch(op: string, input: Tensor, target: Tensor): ShapeError {
  const expected = input.shape.filter((_, i) => i !== classAxis(op, input));
  return new ShapeError(
    `${op}: the input has shape ${formatShape(input.shape)}, the target ${formatShape(target.shape)}; ` +
      `expected class indices of shape ${formatShape(expected)}, or float probabilities of shape ${formatShape(input.shape)}`,
  );
}
