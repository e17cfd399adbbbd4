/**
 * Cutting a graph that grows and grows because nothing in it is read: a loop of forward passes, an epoch of lazily kept
 * results. What is pending is computed at the boundary of a user's call, and what a backward pass will need is kept.
 */

import type { Device } from '@tenfold/ir';
import { exposeAll, inside, isOutermost } from './exposure.ts';
import { isGradEnabled } from './grad-mode.ts';
import { savedForBackward } from './tensor.ts';
import type { Tensor } from './tensor.ts';

/** Pending nodes after which operations outside of modules cut the graph: soon where nothing is traced for gradients ... */
const MOST_PENDING = 2000;
/** ... and only in an emergency within a traced forward pass, which backward and the step will close by themselves. */
const MOST_TRACED = 50_000;

/** Computes everything pending, keeping what gradients will need. */
export function cut(device: Device): void {
  device.flush(savedForBackward);
}

/** Cuts the graph when user code has made it too long. */
export function relieve(device: Device): void {
  if (isOutermost() && device.graph.size > (isGradEnabled() ? MOST_TRACED : MOST_PENDING)) cut(device);
}

/**
 * Runs a composition that user code has called with `input`, as an operation: its results are seen, what it makes on the
 * way is not.
 */
export function composed<T>(input: Tensor, body: () => T): T {
  relieve(input.home);
  const result = inside(body);
  exposeAll(result);
  return result;
}
