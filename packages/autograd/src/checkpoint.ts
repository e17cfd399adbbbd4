/**
 * Gradient checkpointing: what `fn` computes is not kept for backward but computed again when backward gets there,
 * with the same random numbers. https://pytorch.org/docs/stable/checkpoint.html
 */

import { ArgumentError } from '@tenfold/ir';
import { defaultGenerator, enableGrad, isGradEnabled, noGrad } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { apply, hostAction } from '@tenfold/tensor/internal';
import type { GradNote } from '@tenfold/tensor/internal';

/**
 * `fn(...inputs)`, whose intermediates are recomputed in backward rather than kept. Tensors that `fn` captures
 * (parameters) receive their gradients too.
 */
export function checkpoint(fn: (...inputs: Tensor[]) => Tensor, ...inputs: Tensor[]): Tensor {
  const rewind = rememberGenerator();
  const result = noGrad(() => fn(...inputs));
  if (!isGradEnabled()) return result;
  const output = apply('custom', [result, ...inputs], undefined);
  const { source } = output;
  if (source.kind !== 'node') return output;
  // The function may capture parameters, so the result is traced even when no input is.
  source.graph.tracked[source.node] = true;
  const again = () => {
    const copies = inputs.map((input) => enableGrad(() => apply('recompute', [input], undefined)));
    return rewind(() => enableGrad(() => fn(...copies)));
  };
  const note: GradNote = { recompute: again };
  source.graph.notes.set(source.node, note);
  return output;
}

/**
 * A chain of functions in `segments` parts of about the same length, each of which is a checkpoint but the last, as
 * torch.utils.checkpoint.checkpoint_sequential.
 */
export function checkpointSequential(
  functions: readonly ((input: Tensor) => Tensor)[],
  segments: number,
  input: Tensor,
): Tensor {
  if (!Number.isInteger(segments) || segments < 1 || segments > functions.length) {
    throw new ArgumentError(
      `checkpointSequential: ${functions.length} functions do not make ${segments} segments; give a whole number from 1 to ${functions.length}`,
    );
  }
  const length = Math.floor(functions.length / segments);
  const run = (from: number, to: number) => (x: Tensor) =>
    functions.slice(from, to).reduce((value, fn) => fn(value), x);
  let value = input;
  for (let i = 0; i < segments - 1; i++) value = checkpoint(run(i * length, (i + 1) * length), value);
  return run((segments - 1) * length, functions.length)(value);
}

/** Remembers where the random generator is, and gives a function that runs a body from there. */
function rememberGenerator(): <T>(body: () => T) => T {
  let then = defaultGenerator.getState();
  hostAction(() => {
    then = defaultGenerator.getState();
  });
  return (body) => {
    let now = then;
    hostAction(() => {
      now = defaultGenerator.getState();
      defaultGenerator.setState(then);
    });
    try {
      return body();
    } finally {
      hostAction(() => void defaultGenerator.setState(now));
    }
  };
}
