/**
 * Gradient checkpointing: what `fn` computes is not kept for backward but computed again when backward gets there,
 * with the same random numbers. https://pytorch.org/docs/stable/checkpoint.html
 */

import { Tensor, enableGrad, isGradEnabled, noGrad } from '@tenfold/tensor';
import { apply, withGeneratorAt, generatorPosition } from '@tenfold/tensor/internal';
import type { GradNote } from '@tenfold/tensor/internal';

/**
 * `fn(...inputs)`, whose intermediates are recomputed in backward rather than kept. Tensors that `fn` captures
 * (parameters) receive their gradients too.
 */
export function checkpoint(fn: (...inputs: Tensor[]) => Tensor, ...inputs: Tensor[]): Tensor {
  const position = generatorPosition();
  const result = noGrad(() => fn(...inputs));
  if (!isGradEnabled()) return result;
  const output = apply('custom', [result, ...inputs], undefined);
  const { source } = output;
  if (source.kind !== 'node') return output;
  // The function may capture parameters, so the result is traced even when no input is.
  source.graph.tracked[source.node] = true;
  const again = () => {
    const copies = inputs.map((input) => enableGrad(() => apply('recompute', [input], undefined)));
    return withGeneratorAt(position, () => enableGrad(() => fn(...copies)));
  };
  const note: GradNote = { recompute: again };
  source.graph.notes.set(source.node, note);
  return output;
}
