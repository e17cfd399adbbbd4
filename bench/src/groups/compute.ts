/** What the groups share: inputs that are in memory, and calls that compute a result and let it go. */

import { manualSeed, randn } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import type { Call } from '../workload.ts';

export function inputs(...shapes: readonly (readonly number[])[]): Tensor[] {
  manualSeed(0);
  return shapes.map((shape) => randn(shape).realize());
}

/** A call that computes what `trace` gives. */
export function computing(trace: () => Tensor): Call {
  return () => trace().realize().dispose();
}
