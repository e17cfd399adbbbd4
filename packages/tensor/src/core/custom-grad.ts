/**
 * A result whose gradient is given rather than derived: where PyTorch's gradient differs from the composed one (ties
 * of max, the norm at 0), where a shorter one exists in terms of the result (relu, sigmoid), and for users' functions.
 */

import { apply } from './apply.ts';
import { isGradEnabled, noGrad } from './grad-mode.ts';
import type { GradHook, Tensor } from './tensor.ts';

/** From the gradient of the result to the gradients of the inputs, in order; undefined where there is none. */
export type CustomBackward = (gradient: Tensor, output: Tensor) => readonly (Tensor | undefined)[];

/** What the autograd engine finds beside a node in `Graph.notes`. */
export interface GradNote {
  backward?: CustomBackward;
  /** Traces the result anew; backward goes on through what this gives. */
  recompute?: () => Tensor;
  hooks?: Set<GradHook>;
  /** Receives the gradient of a result that is not a leaf. */
  retain?: (gradient: Tensor) => void;
}

/**
 * Computes `forward()` without tracing and gives the result the gradient `backward` with respect to `inputs`.
 * Where gradients are off, or no input requires them, this is just `forward()`.
 */
export function customGrad(
  inputs: readonly Tensor[],
  forward: () => Tensor,
  backward: CustomBackward,
): Tensor {
  const result = noGrad(forward);
  if (!isGradEnabled() || !inputs.some((input) => input.requiresGrad)) return result;
  const output = apply('custom', [result, ...inputs], undefined);
  if (output.source.kind === 'node') {
    const note: GradNote = { backward };
    output.source.graph.notes.set(output.source.node, note);
  }
  return output;
}
