/** Gradient clipping, as torch.nn.utils: call it between backward and step. Nothing is computed before the step. */

import { ArgumentError } from '@tenfold/ir';
import { Tensor, clamp, noGrad, norm, stack } from '@tenfold/tensor/base';
import { composed, inside } from '@tenfold/tensor/internal';
import { setGradient, withGradient } from './gradients.ts';
import type { Owner } from './gradients.ts';

export interface ClipGradNormOptions {
  /** Which norm; Infinity is the greatest magnitude. Default 2. */
  readonly normType?: number;
}

/**
 * Scales the gradients of all parameters together so that their norm, as of one vector, is at most `maxNorm`, as
 * torch.nn.utils.clip_grad_norm_. Returns the norm before clipping, a 0-d tensor.
 */
export function clipGradNorm_(
  parameters: Tensor | Iterable<Tensor>,
  maxNorm: number,
  { normType = 2 }: ClipGradNormOptions = {},
): Tensor {
  requireMaxNorm('clipGradNorm_', maxNorm);
  const owners = withGradient('clipGradNorm_', parameters);
  return noGrad(() =>
    composed(owners[0].gradient, () => {
      const total = jointNorm(
        owners.map(({ gradient }) => gradient),
        normType,
      );
      scaleGradients(owners, maxNorm, total);
      return total;
    }),
  );
}

/**
 * The norm of several tensors as of one vector, a 0-d tensor, as torch.nn.utils.get_total_norm.
 * @throws ArgumentError for an empty list.
 */
export function getTotalNorm(
  tensors: Tensor | Iterable<Tensor>,
  { normType = 2 }: ClipGradNormOptions = {},
): Tensor {
  const list = tensors instanceof Tensor ? [tensors] : [...tensors];
  if (list.length === 0) throw new ArgumentError('getTotalNorm: got 0 tensors, expected at least one');
  return noGrad(() => composed(list[0], () => jointNorm(list, normType)));
}

/** Scales the gradients of all parameters by `maxNorm / totalNorm`, never up, as torch.nn.utils.clip_grads_with_norm_. */
export function clipGradsWithNorm_(
  parameters: Tensor | Iterable<Tensor>,
  maxNorm: number,
  totalNorm: Tensor,
): void {
  requireMaxNorm('clipGradsWithNorm_', maxNorm);
  const owners = withGradient('clipGradsWithNorm_', parameters);
  noGrad(() => inside(() => scaleGradients(owners, maxNorm, totalNorm)));
}

function requireMaxNorm(op: string, maxNorm: number): void {
  if (!(maxNorm >= 0)) {
    throw new ArgumentError(`${op}: maxNorm is ${maxNorm}, expected a number of at least 0`);
  }
}

function jointNorm(tensors: readonly Tensor[], normType: number): Tensor {
  const norms = tensors.map((tensor) => norm(tensor, normType));
  return norms.length === 1 ? norms[0] : norm(stack(norms), normType);
}

function scaleGradients(owners: readonly Owner[], maxNorm: number, totalNorm: Tensor): void {
  const factor = clamp(totalNorm.add(1e-6).reciprocal().mul(maxNorm), undefined, 1);
  for (const { param, gradient } of owners) setGradient(param, gradient, gradient.mul(factor));
}

/** Bounds every element of the gradients to ±`clipValue`, as torch.nn.utils.clip_grad_value_. */
export function clipGradValue_(parameters: Tensor | Iterable<Tensor>, clipValue: number): void {
  if (!(clipValue >= 0)) {
    throw new ArgumentError(`clipGradValue_: clipValue is ${clipValue}, expected a number of at least 0`);
  }
  const owners = withGradient('clipGradValue_', parameters);
  noGrad(() =>
    inside(() => {
      for (const { param, gradient } of owners)
        setGradient(param, gradient, clamp(gradient, -clipValue, clipValue));
    }),
  );
}
