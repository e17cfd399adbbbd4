/** Which lowering takes which kernel. */

import type { Kernel } from '@tenfold/ir';
import { lowerAttention } from '../kernels/attention/attention.ts';
import { lowerContract } from '../kernels/contract/lower.ts';
import { lowerLoops } from '../kernels/loops.ts';
import { lowerArgsort } from '../kernels/sort/argsort.ts';
import type { Target } from '../target.ts';
import { contractShape } from '../tuning/contractions.ts';
import { loopShape } from '../tuning/loops.ts';
import type { Tuning } from '../tuning/tuning.ts';
import type { Lowered } from './pass.ts';

/** The passes of a kernel on a device, cut up as the tuning says where it knows the kernel. */
export function lower(kernel: Kernel, target: Target, tuning?: Tuning): Lowered {
  const steps = tuning?.stepsFor(kernel);
  switch (kernel.kind) {
    case 'loop':
      return lowerLoops(kernel, loopShape(kernel, target, steps));
    case 'contract':
      return lowerContract(kernel, contractShape(kernel, target, steps), target);
    case 'attention':
      return lowerAttention(kernel, target);
    case 'routine':
      return lowerArgsort(kernel, target);
  }
}
