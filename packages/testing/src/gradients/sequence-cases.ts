/** Gradient checks of layers for sequences. */

import {
  Bilinear,
  EmbeddingBag,
  GRU,
  GRUCell,
  GlobalAttention,
  LSTM,
  LSTMCell,
  LearnedPositionalEncoding,
  MixtureOfExperts,
  MultiheadAttention,
  RNN,
  RNNCell,
  RadialBasis,
  RotaryPositionalEncoding,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
  utils,
} from '@tenfold/nn';
import type { GradientCase } from './case.ts';
import { indices } from './case.ts';
import { onModule } from './module-case.ts';

const recurrent: readonly GradientCase[] = [
  onModule('RNN', () => new RNN(2, 2), [[3, 2, 2]], (rnn, x) => rnn.forward(x)),
  onModule('RNN of relu', () => new RNN(2, 2, 1, { nonlinearity: 'relu' }), [[2, 1, 2]], (rnn, x) => rnn.forward(x), false),
  onModule('LSTM', () => new LSTM(2, 2), [[2, 2, 2], [1, 2, 2], [1, 2, 2]], (lstm, x, h, c) => lstm.forward(x, [h, c]).flat()),
  onModule('LSTM with projections', () => new LSTM(1, 2, 1, { projSize: 1 }), [[2, 1, 1]], (lstm, x) => lstm.forward(x)[0]),
  onModule('GRU', () => new GRU(2, 2, 1, { batchFirst: true }), [[2, 2, 2], [1, 2, 2]], (gru, x, h) => gru.forward(x, h)),
  onModule('GRU in both directions', () => new GRU(1, 1, 1, { bidirectional: true }), [[2, 1, 1]], (gru, x) => gru.forward(x)),
  onModule('LSTM of packed sequences', () => new LSTM(1, 1), [[2, 2, 1]], (lstm, x) => {
    const [{ data }, [h]] = lstm.forward(utils.rnn.packPaddedSequence(x, [1, 2], { enforceSorted: false }));
    return [data, h];
  }),
  onModule('RNNCell', () => new RNNCell(2, 2), [[2, 2], [2, 2]], (cell, x, h) => cell.forward(x, h)),
  onModule('LSTMCell', () => new LSTMCell(2, 1), [[2, 2], [2, 1], [2, 1]], (cell, x, h, c) => cell.forward(x, [h, c])),
  onModule('GRUCell', () => new GRUCell(2, 2), [[2, 2], [2, 2]], (cell, x, h) => cell.forward(x, h)),
]; // prettier-ignore

const small = { dimFeedforward: 2, dropout: 0, activation: 'gelu' } as const;

const attention: readonly GradientCase[] = [
  onModule('MultiheadAttention', () => new MultiheadAttention(2, 2), [[2, 1, 2]], (layer, x) => layer.forward(x, x, x)[0]),
  onModule('MultiheadAttention with its weights and an added mask', () => new MultiheadAttention(2, 1, { addBiasKv: true }), [[2, 1, 2], [2, 2]], (layer, x, attnMask) =>
    layer.forward(x, x, x, { attnMask }).filter((result) => result !== null),
  ),
  onModule('MultiheadAttention between sequences', () => new MultiheadAttention(2, 2, { kdim: 1, vdim: 3, addZeroAttn: true }), [[2, 2], [3, 1], [3, 3]], (layer, q, k, v) =>
    layer.forward(q, k, v, { needWeights: false })[0], false),
  onModule('TransformerEncoderLayer', () => new TransformerEncoderLayer(3, 1, { ...small, normFirst: true }), [[2, 1, 3]], (layer, x) => layer.forward(x), false),
  onModule('TransformerDecoderLayer', () => new TransformerDecoderLayer(3, 1, small), [[2, 1, 3], [3, 1, 3]], (layer, x, memory) => layer.forward(x, memory, { tgtIsCausal: true }), false),
]; // prettier-ignore

const bags = () => indices([0, 2, 2, 1, 0, 3]).reshape(2, 3);

const others: readonly GradientCase[] = [
  onModule('Bilinear', () => new Bilinear(2, 3, 2), [[2, 2], [2, 3]], (layer, a, b) => layer.forward(a, b)),
  onModule('EmbeddingBag', () => new EmbeddingBag(4, 2), [], (layer) => layer.forward(bags())),
  onModule('EmbeddingBag of weighted indices', () => new EmbeddingBag(4, 2, { mode: 'sum', paddingIdx: 0 }), [[6]], (layer, weights) =>
    layer.forward(bags().flatten(), indices([0, 2, 2]), weights),
  ),
  onModule('EmbeddingBag of maxima', () => new EmbeddingBag(4, 2, { mode: 'max' }), [], (layer) => layer.forward(bags()), false),
  onModule('GlobalAttention', () => new GlobalAttention(2, { score: 'general' }), [[1, 2, 2], [1, 3, 2]], (layer, h, s) => layer.forward(h, s)),
  onModule('GlobalAttention by concatenation', () => new GlobalAttention(2, { score: 'concat' }), [[1, 2], [1, 3, 2]], (layer, h, s) => layer.forward(h, s, indices([2]))),
  onModule('MixtureOfExperts', () => new MixtureOfExperts(2, 2, 3, { capacityFactor: 1 }), [[4, 2]], (layer, x) => layer.forward(x), false),
  onModule('RadialBasis', () => new RadialBasis(2, 2), [[3, 2]], (layer, x) => layer.forward(x)),
  onModule('LearnedPositionalEncoding', () => new LearnedPositionalEncoding(3, 2), [[2, 1, 2]], (layer, x) => layer.forward(x)),
  onModule('RotaryPositionalEncoding', () => new RotaryPositionalEncoding(), [[2, 4]], (layer, x) => layer.forward(x, 1)),
]; // prettier-ignore

export const SEQUENCE_CASES: readonly GradientCase[] = [...recurrent, ...attention, ...others];
