/** A schedule of learning rates that several programs follow. */

import type { optim } from 'tenfold';

/** Sets the rate of a step, from 1 to `steps`: half a wave of a cosine, from the highest rate down to 0. */
export function setCosineRate(
  optimizer: optim.Optimizer,
  highest: number,
  step: number,
  steps: number,
): void {
  const rate = (highest * (1 + Math.cos((Math.PI * step) / steps))) / 2;
  for (const group of optimizer.paramGroups) group.lr = rate;
}
