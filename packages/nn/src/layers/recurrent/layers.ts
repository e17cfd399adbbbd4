/** The recurrent layers: RNN, LSTM and GRU, of any number of layers, in one direction or both. */

import type { Tensor } from '@tenfold/tensor/base';
import { requireOneOf } from '../../functional/checks.ts';
import type { PackedSequence } from '../../utils/rnn.ts';
import { GRU_GATES, LSTM_GATES, RNN_RELU, RNN_TANH } from './gates.ts';
import { RNNBase } from './recurrent.ts';
import type { RecurrentOptions } from './recurrent.ts';

export interface RNNOptions extends RecurrentOptions {
  /** Default `'tanh'`. */
  readonly nonlinearity?: 'tanh' | 'relu';
}

/**
 * `h' = tanh(W x + b + U h + c)`, layer upon layer, as torch.nn.RNN. `forward(input, hx)` takes `[T, B, I]`, `[B, T, I]`
 * (batchFirst), `[T, I]` or a PackedSequence, and an initial state `[layers · directions, B, H]`, 0 where it is left out;
 * it gives the outputs of the last layer, `[T, B, directions · H]` or in the input's form, and the last state.
 * https://doi.org/10.1207/s15516709cog1402_1
 */
export class RNN extends RNNBase {
  readonly nonlinearity: 'tanh' | 'relu';

  constructor(inputSize: number, hiddenSize: number, numLayers = 1, options: RNNOptions = {}) {
    const { nonlinearity = 'tanh', ...rest } = options;
    requireOneOf('RNN', 'nonlinearity', nonlinearity, ['tanh', 'relu']);
    super(nonlinearity === 'tanh' ? RNN_TANH : RNN_RELU, inputSize, hiddenSize, numLayers, rest);
    this.nonlinearity = nonlinearity;
  }

  forward<I extends Tensor | PackedSequence>(input: I, hx?: Tensor | null): [I, Tensor] {
    const [output, [h]] = this.run(input, hx ? [hx] : undefined);
    return [output, h];
  }
}

export interface LSTMOptions extends RecurrentOptions {
  /** Size that outputs are projected to by `weight_hr`; 0 is none. Default 0. https://arxiv.org/abs/1402.1128 */
  readonly projSize?: number;
}

/**
 * Long short-term memory, as torch.nn.LSTM. Takes and gives what RNN does, with the pair `[h, c]` for a state: h is
 * `[layers · directions, B, projSize or H]`, c `[layers · directions, B, H]`. https://doi.org/10.1162/neco.1997.9.8.1735
 */
export class LSTM extends RNNBase {
  constructor(inputSize: number, hiddenSize: number, numLayers = 1, options: LSTMOptions = {}) {
    super(LSTM_GATES, inputSize, hiddenSize, numLayers, options);
  }

  forward<I extends Tensor | PackedSequence>(
    input: I,
    hx?: readonly [Tensor, Tensor] | null,
  ): [I, [Tensor, Tensor]] {
    const [output, [h, c]] = this.run(input, hx ?? undefined);
    return [output, [h, c]];
  }
}

/** Gated recurrent units, as torch.nn.GRU. Takes and gives what RNN does. https://arxiv.org/abs/1406.1078 */
export class GRU extends RNNBase {
  constructor(inputSize: number, hiddenSize: number, numLayers = 1, options: RecurrentOptions = {}) {
    super(GRU_GATES, inputSize, hiddenSize, numLayers, options);
  }

  forward<I extends Tensor | PackedSequence>(input: I, hx?: Tensor | null): [I, Tensor] {
    const [output, [h]] = this.run(input, hx ? [hx] : undefined);
    return [output, h];
  }
}
