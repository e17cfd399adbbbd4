/** Recurrent layers and sequences of different lengths, beyond what is compared with PyTorch. */

import { arange, manualSeed, randn, tensor } from '@tenfold/tensor';
import { describe, expect, it } from 'vitest';
import { GRU, LSTM, LSTMCell, RNN, utils } from '../src/index.ts';
import './support/reference-device.ts';

const { invertPermutation, packPaddedSequence, packSequence, padPackedSequence } = utils.rnn;
const { padSequence, unpackSequence, unpadSequence } = utils.rnn;

describe('sequences of different lengths', () => {
  it('are packed one time step after the other, the longest first', async () => {
    const batch = arange(8).reshape(4, 2);
    const packed = packPaddedSequence(batch, [2, 4], { enforceSorted: false });
    expect(await packed.data.tolist()).toEqual([1, 0, 3, 2, 5, 7]);
    expect(packed.batchSizes).toEqual([2, 2, 1, 1]);
    expect([packed.sortedIndices, packed.unsortedIndices]).toEqual([
      [1, 0],
      [1, 0],
    ]);
  });

  it('come back padded, in their order and with their lengths', async () => {
    const batch = arange(12).reshape(3, 4);
    const options = { batchFirst: true };
    const packed = packPaddedSequence(batch, [2, 1, 4], { ...options, enforceSorted: false });
    const [padded, lengths] = padPackedSequence(packed, { ...options, paddingValue: -1, totalLength: 5 });
    expect(lengths).toEqual([2, 1, 4]);
    expect(await padded.tolist()).toEqual([
      [0, 1, -1, -1, -1],
      [4, -1, -1, -1, -1],
      [8, 9, 10, 11, -1],
    ]);
  });

  it('are padded from a list, and cut again', async () => {
    const list = [tensor([1, 2]), tensor([3]), tensor([4, 5, 6])];
    const padded = padSequence(list, { batchFirst: true, paddingValue: 9 });
    expect(await padded.tolist()).toEqual([
      [1, 2, 9],
      [3, 9, 9],
      [4, 5, 6],
    ]);
    const cut = unpadSequence(padded, [2, 1, 3], { batchFirst: true });
    expect(await Promise.all(cut.map((each) => each.tolist()))).toEqual([[1, 2], [3], [4, 5, 6]]);
    const packed = packSequence(list, { enforceSorted: false });
    expect(await packed.data.tolist()).toEqual([4, 1, 3, 5, 2, 6]);
    const unpacked = unpackSequence(packed);
    expect(await Promise.all(unpacked.map((each) => each.tolist()))).toEqual([[1, 2], [3], [4, 5, 6]]);
    expect([invertPermutation([2, 0, 1]), invertPermutation(null)]).toEqual([[1, 2, 0], null]);
  });

  it('have lengths that fit', () => {
    const batch = randn([3, 2]);
    expect(() => packPaddedSequence(batch, [1, 2])).toThrow('the lengths [1, 2] do not fall; sort the batch');
    expect(() => packPaddedSequence(batch, [3])).toThrow('1 lengths for a batch of 2');
    expect(() => packPaddedSequence(batch, [4, 1])).toThrow(
      'a length is 4, expected whole numbers from 1 to 3',
    );
    expect(() => padSequence([])).toThrow('there are no sequences');
    expect(() => padPackedSequence(packPaddedSequence(batch, [3, 1]), { totalLength: 2 })).toThrow(
      'totalLength is 2, expected at least 3',
    );
  });
});

describe('recurrent layers', () => {
  it('have typed parameters under their names', () => {
    const lstm = new LSTM(3, 4, 2, { bidirectional: true });
    expect(lstm.weight_ih_l0.shape).toEqual([16, 3]);
    expect(lstm.weight_ih_l1_reverse.shape).toEqual([16, 8]);
    expect(lstm.parameters()).toHaveLength(16);
  });

  it('give what their cells give step by step', async () => {
    manualSeed(0);
    const lstm = new LSTM(3, 4);
    const cell = new LSTMCell(3, 4);
    const state = [...lstm.stateDict()].map(([key, value]) => [key.replace('_l0', ''), value] as const);
    cell.loadStateDict(new Map(state));
    const x = randn([5, 2, 3]);
    let pair = cell.forward(x.select(0, 0));
    for (let t = 1; t < 5; t++) pair = cell.forward(x.select(0, t), pair);
    const [output, [h, c]] = lstm.forward(x);
    expect(await h.sub(pair[0]).abs().amax().item()).toBeLessThan(1e-6);
    expect(await c.sub(pair[1]).abs().amax().item()).toBeLessThan(1e-6);
    expect(await output.select(0, -1).sub(h.select(0, 0)).abs().amax().item()).toBe(0);
  });

  it('see nothing of what stands after the end of a packed sequence', async () => {
    const gru = new GRU(1, 2, 1, { bidirectional: true });
    const last = (end: number) => {
      const batch = tensor([[0.5, 1], [1, end], [2, end]]).unsqueeze(-1); // prettier-ignore
      return gru.forward(packPaddedSequence(batch, [3, 1]))[1].tolist();
    };
    expect(await last(Infinity)).toEqual(await last(0));
  });

  it('drop between the layers in training only', async () => {
    const rnn = new RNN(2, 3, 2, { dropout: 0.5 });
    const x = randn([4, 2, 2]);
    const differ = async () => (await rnn.forward(x)[0].sub(rnn.forward(x)[0]).abs().amax().item()) > 0;
    expect(await differ()).toBe(true);
    rnn.eval();
    expect(await differ()).toBe(false);
  });

  it('name shapes that do not fit', () => {
    const lstm = new LSTM(3, 4);
    expect(() => lstm.forward(randn([5, 2, 4]))).toThrow(
      'LSTM: the input has shape [5, 2, 4], expected [time, batch, 3] or [time, 3]',
    );
    expect(() => lstm.forward(randn([5, 2, 3]), [randn([1, 1, 4]), randn([1, 2, 4])])).toThrow(
      'LSTM: the initial h has shape [1, 1, 4], expected [1, 2, 4]',
    );
    expect(() => lstm.forward(randn([0, 2, 3]))).toThrow('the input has no time steps');
    expect(() => new LSTM(3, 4, 1, { projSize: 4 })).toThrow('projSize is 4');
    expect(() => new GRU(3, 4, 0)).toThrow('numLayers is 0');
    expect(() => new LSTMCell(3, 4).forward(randn([2, 4]))).toThrow('expected [batch, 3] or [3]');
  });
});
