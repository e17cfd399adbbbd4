/** Which lowering takes which kernel. */

import type { Kernel } from '@tenfold/ir';
import { unreachable } from '@tenfold/ir';
import { contractAsLoops } from '../kernels/contract-loops.ts';
import { chooseLoopShape } from '../kernels/loop-shape.ts';
import { lowerLoops } from '../kernels/loops.ts';
import type { Target } from '../target.ts';
import type { Lowered } from './pass.ts';

/** The passes of a kernel on a device. */
export function lower(kernel: Kernel, target: Target): Lowered {
  switch (kernel.kind) {
    case 'loop':
      return lowerLoops(kernel, chooseLoopShape(kernel, target));
    case 'contract': {
      const loops = contractAsLoops(kernel);
      return lowerLoops(loops, chooseLoopShape(loops, target));
    }
    case 'attention':
    case 'routine':
      return unreachable(`${kernel.kind} '${kernel.name}' has no lowering`);
  }
}
