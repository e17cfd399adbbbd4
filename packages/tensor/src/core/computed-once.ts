/** Values that are read several times in each of many steps: without this, each step would double the work of all before. */

import { apply } from './apply.ts';
import { customGrad } from './custom-grad.ts';
import type { Tensor } from './tensor.ts';

/** The same value, computed once for all who read it, and so its gradient. */
export function computedOnce(x: Tensor): Tensor {
  const pinned = (value: Tensor) => apply('contiguous', [value], undefined);
  return customGrad(
    [x],
    () => pinned(x),
    (gradient) => [pinned(gradient)],
  );
}
