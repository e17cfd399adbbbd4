/** Limiting elements to a range. */

import { literal, together } from '../core/broadcast.ts';
import { customGrad } from '../core/custom-grad.ts';
import * as raw from '../core/primitives.ts';
import type { Operand } from '../core/promote.ts';
import type { Tensor } from '../core/tensor.ts';

/**
 * Limits elements to the range from `min` to `max`; either may be absent. Where `min > max` the result is `max`.
 * Elements within the range, its ends included, keep their gradient; where an end took their place it goes there.
 * As torch.clamp.
 */
export function clamp(self: Tensor, min?: Operand, max?: Operand): Tensor {
  if (min === undefined && max === undefined) return self;
  const [x, ...limits] = together('clamp', [self, ...[min, max].filter((limit) => limit !== undefined)]);
  if (min !== undefined && max !== undefined) return clampBoth(x, limits[0], limits[1]);
  const [limit] = limits;
  const beyond = () => (min !== undefined ? raw.lt(x, limit) : raw.lt(limit, x));
  const within = () => (min !== undefined ? raw.le(limit, x) : raw.le(x, limit));
  return customGrad(
    [x, limit],
    () => raw.where(beyond(), limit, x),
    (gradient) => [only(x, within, gradient), only(limit, beyond, gradient)],
  );
}

function clampBoth(x: Tensor, low: Tensor, high: Tensor): Tensor {
  const within = () => raw.and(raw.le(low, x), raw.le(x, high));
  const toLow = () => raw.and(raw.lt(x, low), raw.lt(low, high));
  const toHigh = () => raw.or(raw.lt(high, x), raw.lt(high, low));
  return customGrad(
    [x, low, high],
    () => {
      const raised = raw.where(raw.lt(x, low), low, x);
      return raw.where(raw.lt(high, raised), high, raised);
    },
    (gradient) => [only(x, within, gradient), only(low, toLow, gradient), only(high, toHigh, gradient)],
  );
}

/** The gradient where a condition holds, for an input that wants one. */
function only(input: Tensor, condition: () => Tensor, gradient: Tensor): Tensor | undefined {
  return input.requiresGrad ? raw.where(condition(), gradient, literal(gradient, 0)) : undefined;
}
