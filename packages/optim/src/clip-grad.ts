/** Gradient clipping, as torch.nn.utils: call it between backward and step. Nothing is computed before the step. */

import { ArgumentError } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor/base';
import { clamp, noGrad, norm, stack } from '@tenfold/tensor/base';
import { composed, inside } from '@tenfold/tensor/internal';
import { setGradient, withGradient } from './gradients.ts';

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
  if (!(maxNorm >= 0))
    throw new ArgumentError(`clipGradNorm_: maxNorm is ${maxNorm}, expected a number of at least 0`);
  const owners = withGradient('clipGradNorm_', parameters);
  return noGrad(() =>
    composed(owners[0].gradient, () => {
      const norms = owners.map(({ gradient }) => norm(gradient, normType));
      const total = norms.length === 1 ? norms[0] : norm(stack(norms), normType);
      const factor = clamp(total.add(1e-6).reciprocal().mul(maxNorm), undefined, 1);
      for (const { param, gradient } of owners) setGradient(param, gradient, gradient.mul(factor));
      return total;
    }),
  );
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
