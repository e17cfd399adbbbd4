/**
 * Binary cross-entropy, of probabilities and of logits. Both have the gradient that PyTorch gives them, which is
 * short and finite where the derived one is neither.
 */

import { customGrad, log1p, where } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { composed, literal } from '@tenfold/tensor/internal';
import { sigmoid } from './activations.ts';
import { requireSameShape } from './checks.ts';
import { reduceLoss } from './reduction.ts';
import type { LossOptions } from './reduction.ts';

/** PyTorch bounds both logarithms below by this, so that a certain and wrong prediction has a finite loss. */
const LEAST_LOG = -100;
/** What PyTorch bounds p·(1 - p) below by in the gradient. */
const LEAST_VARIANCE = 1e-12;

export interface BinaryCrossEntropyOptions extends LossOptions {
  /** A factor for each element's loss; broadcasts. */
  readonly weight?: Tensor | null;
}

/** `-(t·log p + (1 - t)·log(1 - p))` of probabilities, as torch.nn.functional.binary_cross_entropy. */
export function binaryCrossEntropy(
  input: Tensor,
  target: Tensor,
  options: BinaryCrossEntropyOptions = {},
): Tensor {
  return composed(input, () => {
    const { weight, reduction } = options;
    requireSameShape('binaryCrossEntropy', input, target);
    const one = literal(input, 1);
    const losses = customGrad(
      [input, target],
      () => {
        const floor = literal(input, LEAST_LOG);
        const logP = input.log().maximum(floor);
        const logQ = one.sub(input).log().maximum(floor);
        return target.sub(one).mul(logQ).sub(target.mul(logP));
      },
      (gradient) => {
        const variance = input.mul(one.sub(input)).maximum(literal(input, LEAST_VARIANCE));
        const wrtTarget = () => gradient.mul(one.sub(input).log().sub(input.log()));
        return [gradient.mul(input.sub(target)).div(variance), target.requiresGrad ? wrtTarget() : undefined];
      },
    );
    return reduceLoss('binaryCrossEntropy', weight ? losses.mul(weight) : losses, reduction);
  });
}

export interface BinaryCrossEntropyWithLogitsOptions extends BinaryCrossEntropyOptions {
  /** A factor for the loss of positive targets; broadcasts, usually one number a class. */
  readonly posWeight?: Tensor | null;
}

/**
 * Binary cross-entropy of the sigmoid of logits, computed without taking it, as
 * torch.nn.functional.binary_cross_entropy_with_logits.
 */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  { weight, posWeight, reduction }: BinaryCrossEntropyWithLogitsOptions = {},
): Tensor {
  return composed(input, () => {
    requireSameShape('binaryCrossEntropyWithLogits', input, target);
    const one = literal(input, 1);
    const losses = customGrad(
      [input, target],
      () => {
        // softplus(-x) = log(1 + exp(-|x|)) + max(-x, 0), which never overflows.
        const softplus = log1p(input.abs().neg().exp()).add(input.neg().maximum(literal(input, 0)));
        const positive = posWeight ? softplus.mul(posWeight.sub(1).mul(target).add(1)) : softplus;
        return one.sub(target).mul(input).add(positive);
      },
      (gradient) => {
        const positive = posWeight ? target.mul(posWeight) : target;
        const probability = sigmoid(input);
        const slope = posWeight
          ? positive.add(one).sub(target).mul(probability).sub(positive)
          : probability.sub(target);
        return [
          gradient.mul(slope),
          target.requiresGrad ? gradient.mul(targetSlope(input, posWeight)) : undefined,
        ];
      },
    );
    return reduceLoss('binaryCrossEntropyWithLogits', weight ? losses.mul(weight) : losses, reduction);
  });
}

/** The derivative with respect to the target: -x, or with a factor for positives (w - 1)·softplus(-x) - x. */
function targetSlope(input: Tensor, posWeight: Tensor | null | undefined): Tensor {
  if (!posWeight) return input.neg();
  const zero = literal(input, 0);
  const softplus = log1p(input.abs().neg().exp()).add(where(input.lt(zero), input.neg(), zero));
  return posWeight.sub(1).mul(softplus).sub(input);
}
