/**
 * Whether operations are traced for gradients. The mode is a process-wide flag, as in PyTorch, and changes only
 * synchronously: a promise returned from `noGrad` would carry the mode across an await into unrelated code.
 */

import { GradError } from '@tenfold/ir';

let enabled = true;

/** Whether results of operations on tensors that require gradients require them too. */
export function isGradEnabled(): boolean {
  return enabled;
}

/** Turns tracing for gradients on or off until changed again; for scripts. Prefer `noGrad`. */
export function setGradEnabled(mode: boolean): void {
  enabled = mode;
}

/**
 * Runs `body` without tracing for gradients, as torch.no_grad.
 * @throws GradError when `body` returns a promise: the mode would leak across its awaits.
 */
export function noGrad<T>(body: () => T): T {
  return withGradMode('noGrad', false, body);
}

/** Runs `body` with tracing for gradients, inside `noGrad`, as torch.enable_grad. */
export function enableGrad<T>(body: () => T): T {
  return withGradMode('enableGrad', true, body);
}

/** As `noGrad`: here results of such code are ordinary tensors, so torch.inference_mode has nothing more to give. */
export function inferenceMode<T>(body: () => T): T {
  return withGradMode('inferenceMode', false, body);
}

function withGradMode<T>(name: string, value: boolean, body: () => T): T {
  const before = enabled;
  enabled = value;
  try {
    const result = body();
    if (result instanceof Promise) {
      throw new GradError(
        `${name}: the function returned a promise, and the mode would leak across its awaits; ` +
          `await outside, or use setGradEnabled around the whole script`,
      );
    }
    return result;
  } finally {
    enabled = before;
  }
}
