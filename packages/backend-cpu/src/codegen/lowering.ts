/**
 * A special way to compile some kernels: faster than the general template where it applies, never needed for a right
 * result, except that sorting has no general template. `base.ts` makes the backend without any, `index.ts` with all of
 * them (`parts.ts`), so that a page that has no use for them does not download them.
 */

import type { Kernel } from '@tenfold/ir';
import type { FunctionTarget, KernelFunctions } from './functions.ts';

/** The functions of a kernel that this lowering takes; undefined for all others. Pure. */
export type Lowering = (kernel: Kernel, target: FunctionTarget) => KernelFunctions | undefined;
