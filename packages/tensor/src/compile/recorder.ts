/**
 * What `compile` writes down while it traces: the runs, and the small host-side computations between them that must
 * happen again at every replay (a step counter, a learning rate, the position of a random generator).
 */

import type { Device, DType, RunRecord } from '@tenfold/ir';
import { scalar } from '../core/apply.ts';
import type { Tensor } from '../core/tensor.ts';

export type RecordedStep =
  | { readonly kind: 'host'; readonly action: () => void }
  | { readonly kind: 'run'; readonly record: RunRecord };

let steps: RecordedStep[] | undefined;

/** Runs `body` and returns, besides its result, what it did on `device`. Recordings do not nest. */
export function record<T>(device: Device, body: () => T): { result: T; steps: readonly RecordedStep[] } {
  const recorded: RecordedStep[] = [];
  const outer = { steps, onRun: device.onRun };
  steps = recorded;
  device.onRun = (run) => recorded.push({ kind: 'run', record: run });
  try {
    return { result: body(), steps: recorded };
  } finally {
    steps = outer.steps;
    device.onRun = outer.onRun;
  }
}

/** Does something on the host now, and again at this place of every replay of a compiled function. */
export function hostAction(action: () => void): void {
  action();
  steps?.push({ kind: 'host', action });
}

/**
 * A run-time number that the host computes: once here, and anew at each replay of a compiled function. Learning rates,
 * bias corrections and random counters are such numbers.
 */
export function hostScalar(device: Device, compute: () => number, dtype: DType): Tensor {
  const cell = { value: 0 };
  hostAction(() => {
    cell.value = compute();
  });
  return scalar(device, () => cell.value, dtype);
}
