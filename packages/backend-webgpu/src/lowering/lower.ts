/** Which lowering takes which kernel. */

import type { Kernel, LoopKernel } from '@tenfold/ir';
import { lowerAttention } from '../kernels/attention/attention.ts';
import { contractAsLoops } from '../kernels/contract-loops.ts';
import { chooseLoopShape } from '../kernels/loop-shape.ts';
import { lowerLoops } from '../kernels/loops.ts';
import { lowerScan } from '../kernels/scan-rows.ts';
import { lowerArgsort } from '../kernels/sort/argsort.ts';
import { lowerStaged } from '../kernels/staged-rows.ts';
import type { Target } from '../target.ts';
import type { Lowered } from './pass.ts';

/** The passes of a kernel on a device. */
export function lower(kernel: Kernel, target: Target): Lowered {
  switch (kernel.kind) {
    case 'loop':
      return lowerLoopKernel(kernel, target);
    case 'contract':
      return lowerLoopKernel(contractAsLoops(kernel), target);
    case 'attention':
      return lowerAttention(kernel, target);
    case 'routine':
      return lowerArgsort(kernel, target);
  }
}

function lowerLoopKernel(kernel: LoopKernel, target: Target): Lowered {
  const inPasses = lowerStaged(kernel, target) ?? lowerScan(kernel, target);
  return inPasses ?? lowerLoops(kernel, chooseLoopShape(kernel, target));
}
