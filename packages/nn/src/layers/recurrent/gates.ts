/**
 * What one step of a recurrent network computes from its input and its state: tanh or relu, LSTM, GRU. Cells call it
 * once, layers once a time step. The input comes multiplied by its weights already, for all steps in one product.
 */

import { chunk } from '@tenfold/tensor/base';
import type { Tensor } from '@tenfold/tensor/base';
import { relu } from '../../functional/activations.ts';
import { linear } from '../../functional/linear.ts';

/** The weights of a layer in one direction, laid out as PyTorch's: the gates follow one another in the rows. */
export interface GateWeights {
  /** `[gates · H, I]` */
  readonly weightIh: Tensor;
  /** `[gates · H, Hout]` */
  readonly weightHh: Tensor;
  /** `[gates · H]` each. */
  readonly biasIh: Tensor | null;
  readonly biasHh: Tensor | null;
  /** `[projSize, H]`, of an LSTM with projections. */
  readonly weightHr: Tensor | null;
}

/** The state: `[h]`, or `[h, c]` of an LSTM. */
export type State = readonly Tensor[];

export interface Recurrence {
  readonly gates: number;
  /** How many tensors the state has. */
  readonly states: 1 | 2;
  /** `x W + b` for all inputs `[..., I]` at once: `[..., gates · H]`, with whatever of the other bias can be added here. */
  project(input: Tensor, weights: GateWeights): Tensor;
  /** The next state, from the projected input `[B, gates · H]`. The first tensor of a state is the output too. */
  step(projected: Tensor, state: State, weights: GateWeights): State;
}

/** Both biases are added to the input: one sum over time in their gradient instead of one a step. */
function projectWithBiases(input: Tensor, { weightIh, biasIh, biasHh }: GateWeights): Tensor {
  return linear(input, weightIh, biasIh && biasHh && biasIh.add(biasHh));
}

function elman(activation: (x: Tensor) => Tensor): Recurrence {
  return {
    gates: 1,
    states: 1,
    project: projectWithBiases,
    step: (projected, [h], { weightHh }) => [activation(projected.add(linear(h, weightHh)))],
  };
}

/** `h' = tanh(x W + b + h U + c)` */
export const RNN_TANH: Recurrence = elman((x) => x.tanh());
/** `h' = relu(x W + b + h U + c)` */
export const RNN_RELU: Recurrence = elman(relu);

/**
 * Gates i, f, g, o: `c' = σ(f) c + σ(i) tanh(g)`, `h' = σ(o) tanh(c')`, which projections multiply by one more matrix.
 * https://doi.org/10.1162/neco.1997.9.8.1735, https://arxiv.org/abs/1402.1128
 */
export const LSTM_GATES: Recurrence = {
  gates: 4,
  states: 2,
  project: projectWithBiases,
  step(projected, [h, c], { weightHh, weightHr }) {
    const [input, forget, candidate, output] = chunk(projected.add(linear(h, weightHh)), 4, -1);
    const cell = forget.sigmoid().mul(c).add(input.sigmoid().mul(candidate.tanh()));
    const hidden = output.sigmoid().mul(cell.tanh());
    return [weightHr ? linear(hidden, weightHr) : hidden, cell];
  },
};

/**
 * Gates r, z, n: `n = tanh(xₙ + σ(r) hₙ)`, `h' = (1 - σ(z)) n + σ(z) h`. The bias of hₙ stands inside of the product with
 * r and cannot be added to the input. https://arxiv.org/abs/1406.1078
 */
export const GRU_GATES: Recurrence = {
  gates: 3,
  states: 1,
  project: (input, { weightIh, biasIh }) => linear(input, weightIh, biasIh),
  step(projected, [h], { weightHh, biasHh }) {
    const [reset, update, candidate] = chunk(projected, 3, -1);
    const [hiddenReset, hiddenUpdate, hiddenCandidate] = chunk(linear(h, weightHh, biasHh), 3, -1);
    const keep = update.add(hiddenUpdate).sigmoid();
    const fresh = candidate.add(reset.add(hiddenReset).sigmoid().mul(hiddenCandidate)).tanh();
    return [fresh.add(keep.mul(h.sub(fresh)))];
  },
};
