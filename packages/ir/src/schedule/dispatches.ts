/** What scheduling gives: kernels, the buffers that each of their launches binds, and the order in which they run. */

import type { Kernel } from '../kernel/kernel.ts';
import type { Buffers } from './buffers.ts';
import type { KernelBindings } from './kernel-builder.ts';

/** What one launch of a kernel binds. */
export interface ScheduledLaunch extends KernelBindings {
  readonly extents: readonly number[];
}

/** A kernel and its launches, which do not depend on each other. */
export interface ScheduledDispatch {
  readonly kernel: Kernel;
  readonly launches: readonly ScheduledLaunch[];
}

export interface Schedule {
  readonly buffers: Buffers;
  /** In the order in which they run. */
  readonly dispatches: readonly ScheduledDispatch[];
}
