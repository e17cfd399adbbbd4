/**
 * Which results a user can see. An operation called by user code gives a handle that may be read later, after a step
 * has overwritten what it was computed from: a part of a loss, the state of a recurrent cell. Small results of such
 * calls are kept by the run that computes them. Results inside Tenfold's own layers are not: `inside` says so.
 */

import { SMALL_BYTES, byteSize, specOf } from '@tenfold/ir';
import { Tensor } from './tensor.ts';

let depth = 0;

/** Runs library code: what it makes on its way is not seen by the user. */
export function inside<T>(body: () => T): T {
  enter();
  try {
    return body();
  } finally {
    leave();
  }
}

/** As `inside`, where a closure would cost too much: what follows is library code, until `leave`. */
export function enter(): void {
  depth++;
}

export function leave(): void {
  depth--;
}

/** Marks a result of a call by user code. */
export function expose(result: Tensor): void {
  if (depth > 0) return;
  const { source } = result;
  if (source.kind !== 'node') return;
  const { graph, node } = source;
  if (result.numel * byteSize(result.dtype) > SMALL_BYTES) return;
  const { class: kind } = specOf(graph.ops[node]);
  if (kind !== 'movement' && kind !== 'source') graph.exposed.add(node);
}

/** Marks the tensors that a call by user code gave: one, a list of them, or a plain object of them. */
export function exposeAll(result: unknown): void {
  const parts = Array.isArray(result)
    ? result
    : result?.constructor === Object
      ? Object.values(result)
      : [result];
  for (const part of parts) if (part instanceof Tensor) expose(part);
}

/** Whether user code is at work, not a layer or an optimizer. */
export function isOutermost(): boolean {
  return depth === 0;
}
