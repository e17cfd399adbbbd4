/** Attention: one pass for the output; for the gradients one over queries and one over keys. */

import type { AttentionKernel } from '@tenfold/ir';
import type { Lowered } from '../../lowering/pass.ts';
import type { Target } from '../../target.ts';
import { forwardPass } from './forward.ts';
import { gradientPasses } from './gradients.ts';
import { partsOf } from './spec.ts';

export function lowerAttention(kernel: AttentionKernel, target: Target): Lowered {
  const parts = partsOf(kernel);
  const passes = kernel.result === 'output' ? [forwardPass(parts, target)] : gradientPasses(parts, target);
  return { passes, workspaces: [] };
}
