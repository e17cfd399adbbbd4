/** Limiting elements to a range. */

import { apply } from '../core/apply.ts';
import { literal, together } from '../core/broadcast.ts';
import { customGrad } from '../core/custom-grad.ts';
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
  const beyond = () => (min !== undefined ? less(x, limit) : less(limit, x));
  const within = () => (min !== undefined ? atMost(limit, x) : atMost(x, limit));
  return customGrad(
    [x, limit],
    () => choose(beyond(), limit, x),
    (gradient) => [only(x, within, gradient), only(limit, beyond, gradient)],
  );
}

function clampBoth(x: Tensor, low: Tensor, high: Tensor): Tensor {
  const within = () => both(atMost(low, x), atMost(x, high));
  const toLow = () => both(less(x, low), less(low, high));
  const toHigh = () => apply('or', [less(high, x), less(high, low)], undefined);
  return customGrad(
    [x, low, high],
    () => {
      const raised = choose(less(x, low), low, x);
      return choose(less(high, raised), high, raised);
    },
    (gradient) => [only(x, within, gradient), only(low, toLow, gradient), only(high, toHigh, gradient)],
  );
}

/** The gradient where a condition holds, for an input that wants one. */
function only(input: Tensor, condition: () => Tensor, gradient: Tensor): Tensor | undefined {
  return input.requiresGrad ? choose(condition(), gradient, literal(gradient, 0)) : undefined;
}

const less = (a: Tensor, b: Tensor): Tensor => apply('lt', [a, b], undefined);
const atMost = (a: Tensor, b: Tensor): Tensor => apply('le', [a, b], undefined);
const both = (a: Tensor, b: Tensor): Tensor => apply('and', [a, b], undefined);
const choose = (condition: Tensor, a: Tensor, b: Tensor): Tensor =>
  apply('where', [condition, a, b], undefined);
