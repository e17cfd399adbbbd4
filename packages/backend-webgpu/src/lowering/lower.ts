/** Which lowering takes which kernel. */

import type { Kernel, LoopKernel } from '@tenfold/ir';
import { unreachable } from '@tenfold/ir';
import { lowerAttention } from '../kernels/attention/attention.ts';
import { contractAsLoops } from '../kernels/contract-loops.ts';
import { lowerContract } from '../kernels/contract/lower.ts';
import { lowerLoops } from '../kernels/loops.ts';
import { lowerScan } from '../kernels/scan-rows.ts';
import { lowerArgsort } from '../kernels/sort/argsort.ts';
import { lowerStaged } from '../kernels/staged-rows.ts';
import type { Target } from '../target.ts';
import { contractShape } from '../tuning/contractions.ts';
import { loopShape } from '../tuning/loops.ts';
import type { TuningStep } from '../tuning/steps.ts';
import type { Tuning } from '../tuning/tuning.ts';
import type { Lowered } from './pass.ts';

/** The passes of a kernel on a device, cut up as the tuning says where it knows the kernel. */
export function lower(kernel: Kernel, target: Target, tuning?: Tuning): Lowered {
  const steps = tuning?.stepsFor(kernel);
  switch (kernel.kind) {
    case 'loop':
      return lowerLoopKernel(kernel, target, steps);
    case 'contract': {
      const shape = contractShape(kernel, target, steps);
      if (shape.method === 'loops') return lowerLoopKernel(contractAsLoops(kernel), target);
      return lowerContract(kernel, shape, target);
    }
    case 'attention':
      return lowerAttention(kernel, target);
    case 'routine':
      return lowerArgsort(kernel, target);
    case 'host':
      return unreachable('a routine of the host on a device that announces none');
  }
}

function lowerLoopKernel(kernel: LoopKernel, target: Target, steps?: readonly TuningStep[]): Lowered {
  const inPasses = lowerStaged(kernel, target) ?? lowerScan(kernel, target);
  return inPasses ?? lowerLoops(kernel, loopShape(kernel, target, steps));
}
