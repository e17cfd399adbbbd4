/** Losses of an input against a target of the same shape. The gradient with respect to either is derived. */

import { ArgumentError } from '@tenfold/ir';
import { where } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { composed, forRange, literal } from '@tenfold/tensor/internal';
import { requireSameShape } from './checks.ts';
import { reduceLoss } from './reduction.ts';
import type { LossOptions } from './reduction.ts';

/** Input less target, with the range that its square needs. */
function errorOf(op: string, input: Tensor, target: Tensor): Tensor {
  requireSameShape(op, input, target);
  return forRange(input).sub(forRange(target));
}

/** Squared error, as torch.nn.functional.mse_loss. Shapes must be equal (PyTorch broadcasts, with a warning). */
export function mseLoss(input: Tensor, target: Tensor, { reduction }: LossOptions = {}): Tensor {
  return composed(input, () => {
    const error = errorOf('mseLoss', input, target);
    return reduceLoss('mseLoss', error.mul(error), reduction);
  });
}

/** Absolute error, as torch.nn.functional.l1_loss. */
export function l1Loss(input: Tensor, target: Tensor, { reduction }: LossOptions = {}): Tensor {
  return composed(input, () => {
    const error = errorOf('l1Loss', input, target);
    return reduceLoss('l1Loss', error.abs(), reduction);
  });
}

export interface SmoothL1LossOptions extends LossOptions {
  /** Where the squared part ends: errors below are squared. Default 1; 0 is the absolute error. */
  readonly beta?: number;
}

/** `error² / 2β` below β, `error - β/2` above, as torch.nn.functional.smooth_l1_loss. */
export function smoothL1Loss(input: Tensor, target: Tensor, options: SmoothL1LossOptions = {}): Tensor {
  return composed(input, () => {
    const { beta = 1, reduction } = options;
    const error = errorOf('smoothL1Loss', input, target).abs();
    if (!(beta >= 0))
      throw new ArgumentError(`smoothL1Loss: beta is ${beta}, expected a number of at least 0`);
    if (beta === 0) return reduceLoss('smoothL1Loss', error, reduction);
    const squared = error.mul(error).mul(0.5 / beta);
    return reduceLoss('smoothL1Loss', where(error.lt(beta), squared, error.sub(0.5 * beta)), reduction);
  });
}

export interface HuberLossOptions extends LossOptions {
  /** Where the squared part ends. Default 1. */
  readonly delta?: number;
}

/** `error² / 2` below δ, `δ · (error - δ/2)` above, as torch.nn.functional.huber_loss. */
export function huberLoss(
  input: Tensor,
  target: Tensor,
  { delta = 1, reduction }: HuberLossOptions = {},
): Tensor {
  return composed(input, () => {
    const error = errorOf('huberLoss', input, target).abs();
    if (!(delta > 0)) throw new ArgumentError(`huberLoss: delta is ${delta}, expected a number above 0`);
    const squared = error.mul(error).mul(literal(error, 0.5));
    return reduceLoss(
      'huberLoss',
      where(error.le(delta), squared, error.sub(0.5 * delta).mul(delta)),
      reduction,
    );
  });
}

export interface KlDivOptions {
  /** Default `'mean'` (over all elements); `'batchmean'` divides by the size of the first axis instead. */
  readonly reduction?: LossOptions['reduction'] | 'batchmean';
  /** Whether the target holds logarithms of probabilities too. Default false. */
  readonly logTarget?: boolean;
}

/** Kullback-Leibler divergence of the target from an input of log-probabilities, as torch.nn.functional.kl_div. */
export function klDiv(
  input: Tensor,
  target: Tensor,
  { reduction = 'mean', logTarget = false }: KlDivOptions = {},
): Tensor {
  return composed(input, () => {
    requireSameShape('klDiv', input, target);
    const losses = logTarget ? target.exp().mul(target.sub(input)) : logOrZero(target).sub(target.mul(input));
    if (reduction !== 'batchmean') return reduceLoss('klDiv', losses, reduction);
    const total = losses.sum();
    return total.div(literal(total, input.shape[0] ?? 1));
  });
}

/** `t · log t`, which is 0 where t is. */
function logOrZero(target: Tensor): Tensor {
  const isZero = target.eq(literal(target, 0));
  const safe = where(isZero, literal(target, 1), target);
  return target.mul(safe.log());
}
