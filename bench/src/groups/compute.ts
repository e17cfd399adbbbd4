/** What the groups share: inputs that are in memory, and calls that compute a result and let it go. */

import '@tenfold/autograd';
import { getDevice } from '@tenfold/ir';
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

/** A call that computes what `trace` gives and the gradients of `leaves` in one run, given a gradient of the result. */
export function differentiating(leaves: readonly Tensor[], gradient: Tensor, trace: () => Tensor): Call {
  for (const leaf of leaves) leaf.requiresGrad_();
  return () => {
    for (const leaf of leaves) leaf.grad = null;
    trace().backward(gradient);
    getDevice('cpu').run();
  };
}
