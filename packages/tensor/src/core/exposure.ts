/**
 * Which results a user can see. An operation called by user code gives a handle that may be read later, after a step
 * has overwritten what it was computed from: a part of a loss, the state of a recurrent cell. Small results of such
 * calls are kept by the run that computes them. Results inside Tenfold's own layers are not: `inside` says so.
 */

import { SMALL_BYTES, byteSize, specOf } from '@tenfold/ir';
import type { Device } from '@tenfold/ir';
import type { Tensor } from './tensor.ts';

/** Modules cut the graph earlier, and at the same place each time; this is for loops without modules. */
const MOST_PENDING = 2000;

let depth = 0;

/** Runs library code: what it makes on its way is not seen by the user. */
export function inside<T>(body: () => T): T {
  depth++;
  try {
    return body();
  } finally {
    depth--;
  }
}

/** Marks a result of a call by user code. */
export function expose(result: Tensor): void {
  const { source } = result;
  if (depth > 0 || source.kind !== 'node') return;
  const { graph, node } = source;
  if (result.numel * byteSize(result.dtype) > SMALL_BYTES) return;
  const { class: kind } = specOf(graph.ops[node]);
  if (kind !== 'movement' && kind !== 'source') graph.exposed.add(node);
}

/** Lets a graph run that user code has made too long, as a loop does that never reads a value. */
export function relieve(device: Device): void {
  if (depth === 0 && device.graph.size > MOST_PENDING) device.flush();
}

/**
 * Runs a composition that user code has called with `input`, as an operation: its result is seen, what it makes on the
 * way is not.
 */
export function composed(input: Tensor, body: () => Tensor): Tensor {
  relieve(input.home);
  const result = inside(body);
  expose(result);
  return result;
}
