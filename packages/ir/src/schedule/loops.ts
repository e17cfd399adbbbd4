/** The loops of an emitted kernel, put into the shape that generated code wants. Each step keeps what is computed. */

import type { Kernel } from '../kernel/kernel.ts';
import { collapseAxes } from './collapse-axes.ts';
import { orderAxes } from './order-axes.ts';
import { splitAxes } from './split-axes.ts';
import { tileAxes } from './tile-axes.ts';

export function shapeLoops(kernel: Kernel): Kernel {
  const split = splitAxes(kernel);
  return collapseAxes(split.kind === 'loop' ? tileAxes(orderAxes(split)) : split);
}
