/** Which lowering takes which kernel. */

import type { Kernel } from '@tenfold/ir';
import { lowerAttention } from '../kernels/attention/attention.ts';
import { contractAsLoops } from '../kernels/contract-loops.ts';
import { chooseLoopShape } from '../kernels/loop-shape.ts';
import { lowerLoops } from '../kernels/loops.ts';
import { lowerArgsort } from '../kernels/sort/argsort.ts';
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
      return lowerAttention(kernel, target);
    case 'routine':
      return lowerArgsort(kernel, target);
  }
}
