/**
 * One layer in one direction, over all time steps. The products with the input are one; each step then adds a fixed
 * number of nodes, and all steps have equal kernels, which are compiled once. Sequences that end early keep their state
 * from there on, so that lengths change nothing but the values of a mask.
 */

import { select, stack, where } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import type { GateWeights, Recurrence, State } from './gates.ts';

export interface Unrolled {
  /** `[T, B, Hout]` */
  readonly output: Tensor;
  /** The state after the last step (the first one, backwards). */
  readonly state: State;
}

/** `input` is `[T, B, I]`; `mask`, `[T, B, 1]`, is true where a sequence has not ended. */
export function unroll(
  recurrence: Recurrence,
  input: Tensor,
  start: State,
  weights: GateWeights,
  { backwards, mask }: { readonly backwards: boolean; readonly mask: Tensor | null },
): Unrolled {
  const [length] = input.shape;
  const projected = recurrence.project(input, weights);
  const outputs: Tensor[] = [];
  let state = start;
  for (let step = 0; step < length; step++) {
    const t = backwards ? length - 1 - step : step;
    const next = recurrence.step(select(projected, 0, t), state, weights);
    state = mask ? keepWhereEnded(select(mask, 0, t), next, state) : next;
    outputs[t] = state[0];
  }
  return { output: stack(outputs), state };
}

function keepWhereEnded(goesOn: Tensor, next: State, state: State): State {
  return next.map((tensor, i) => where(goesOn, tensor, state[i]));
}
