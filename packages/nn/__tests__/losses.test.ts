/** Losses, dropout and random activations beyond their values: messages, distributions, modes. */

import '@tenfold/autograd';
import { ArgumentError, DTypeError, IndexError, ShapeError, manualSeed, ones, randn, tensor, zeros } from '@tenfold/tensor'; // prettier-ignore
import { describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import './support/reference-device.ts';

const { functional: F } = nn;

describe('bad arguments', () => {
  const scores = () => zeros([2, 3]);
  const probs = () => zeros([4, 2, 3]);
  it.each([
    ['ctcLoss lengths', () => F.ctcLoss(probs(), tensor([[1], [2]]), [4], [1, 1]), ShapeError, '1 inputLengths for a batch of 2'],
    ['ctcLoss too long', () => F.ctcLoss(probs(), tensor([[1], [2]]), [4, 5], [1, 1]), ArgumentError, 'inputLengths has 5, expected whole numbers from 0 to 4'],
    ['ctcLoss blank', () => F.ctcLoss(probs(), tensor([[1], [2]]), [4, 4], [1, 1], { blank: 3 }), ArgumentError, 'blank is 3, expected a class from 0 to 2'],
    ['ctcLoss label', () => F.ctcLoss(probs(), tensor([[1], [7]]), [4, 4], [1, 1]), IndexError, 'label 7 at position 1 is out of range: expected 0 to 2'],
    ['ctcLoss targets', () => F.ctcLoss(probs(), tensor([[1]]), [4, 4], [1, 1]), ShapeError, 'the targets have shape [1, 1], expected [2, S]'],
    ['multiMarginLoss p', () => F.multiMarginLoss(scores(), tensor([0, 1]), { p: 3 }), ArgumentError, 'p is 3, expected 1 or 2'],
    ['multiMarginLoss target', () => F.multiMarginLoss(scores(), tensor([0, 3])), IndexError, 'class 3 at position 1'],
    ['multilabelMarginLoss', () => F.multilabelMarginLoss(scores(), tensor([0, 1])), ShapeError, 'the target [2]; they must be equal'],
    ['cosineEmbeddingLoss', () => F.cosineEmbeddingLoss(scores(), scores(), scores()), ShapeError, 'expected [N, D], [N, D], [N] or [D], [D], []'],
    ['marginRankingLoss', () => F.marginRankingLoss(scores(), scores(), zeros([2])), ShapeError, 'differ in their number of axes'],
    ['tripletMarginLoss', () => F.tripletMarginLoss(scores(), zeros([3]), scores()), ShapeError, 'expected as many axes in each'],
    ['gaussianNllLoss', () => F.gaussianNllLoss(scores(), scores(), zeros([3])), ShapeError, 'expected [2, 3], [2] or [2, 1]'],
    ['reduction', () => new nn.SoftMarginLoss({ reduction: 'average' as 'mean' }).forward(scores(), scores()), ArgumentError, "reduction is 'average'"],
    ['pdist', () => F.pdist(zeros([2, 3, 4])), ShapeError, 'expected rows [N, M]'],
    ['cosineSimilarity', () => F.cosineSimilarity(tensor([[1]]), tensor([[2]])), DTypeError, 'is int64, expected a float dtype'],
    ['softshrink', () => F.softshrink(scores(), -1), ArgumentError, 'lambd is -1, expected a number of at least 0'],
    ['rrelu', () => new nn.RReLU({ lower: 0.5, upper: 0.1 }), ArgumentError, 'expected finite numbers with lower <= upper'],
    ['Softmax2d', () => new nn.Softmax2d().forward(scores()), ShapeError, 'expected [N, C, H, W] or [C, H, W]'],
    ['gumbelSoftmax', () => F.gumbelSoftmax(scores(), { tau: 0 }), ArgumentError, 'tau is 0, expected a number above 0'],
    ['dropout1d', () => F.dropout1d(zeros([2])), ShapeError, 'expected [N, C, L] or [C, L]'],
    ['AlphaDropout', () => new nn.AlphaDropout(1.5), ArgumentError, 'the probability is 1.5'],
    ['AdaptiveLogSoftmaxWithLoss', () => new nn.AdaptiveLogSoftmaxWithLoss(4, 6, [3, 3]), ArgumentError, 'cutoffs are [3, 3]'],
  ] as const)('%s', (_, call, error, message) => {
    expect(call).toThrow(error);
    expect(call).toThrow(message);
  }); // prettier-ignore
});

describe('dropout of channels', () => {
  it.each([
    ['Dropout1d', [6, 5, 4]],
    ['Dropout2d', [6, 5, 2, 2]],
    ['Dropout3d', [6, 5, 2, 1, 2]],
    ['FeatureAlphaDropout', [6, 5, 4]],
  ] as const)('%s drops whole ones in training alone', async (name, shape) => {
    manualSeed(3);
    const layer = new nn[name](0.5);
    const x = ones(shape);
    const rows = Array.from(await layer.forward(x).reshape([30, 4]).data(), Number);
    const channels = Array.from({ length: 30 }, (_, i) => new Set(rows.slice(4 * i, 4 * i + 4)));
    expect(channels.every((values) => values.size === 1)).toBe(true);
    expect(new Set(rows).size).toBe(2);
    layer.eval();
    expect(await layer.forward(x).tolist()).toEqual(await x.tolist());
  });

  it('alphaDropout keeps mean and variance', async () => {
    manualSeed(4);
    const y = F.alphaDropout(randn([40_000]), 0.3, { training: true });
    expect(Math.abs(await y.mean().item())).toBeLessThan(0.03);
    expect(Math.abs((await y.var().item()) - 1)).toBeLessThan(0.05);
  });
});

it('rrelu in training draws slopes within its bounds', async () => {
  manualSeed(5);
  const y = F.rrelu(ones([2000]).neg(), { lower: 0.2, upper: 0.4, training: true });
  const slopes = Array.from(await y.neg().data(), Number);
  expect(slopes.every((slope) => slope >= 0.2 && slope <= 0.4)).toBe(true);
  expect(slopes.reduce((sum, slope) => sum + slope, 0) / 2000).toBeCloseTo(0.3, 2);
});

describe('gumbelSoftmax', () => {
  it('draws categories with their probabilities, and passes gradients on', async () => {
    manualSeed(6);
    const logits = tensor([0.5, 0.3, 0.2]).log().expand([20_000, 3]).clone().realize().requiresGrad_();
    const sample = F.gumbelSoftmax(logits, { hard: true });
    expect(new Set(Array.from(await sample.data(), Number))).toEqual(new Set([0, 1]));
    const shares = Array.from(await sample.mean(0).data(), Number);
    for (const [i, share] of [0.5, 0.3, 0.2].entries()) expect(shares[i]).toBeCloseTo(share, 1);
    sample
      .mul(tensor([1, 2, 3]))
      .sum()
      .backward();
    expect(await logits.grad?.abs().sum().item()).toBeGreaterThan(0);
  });

  it('is a distribution along its axis', async () => {
    const soft = F.gumbelSoftmax(randn([4, 5]), { tau: 0.7, dim: 0 });
    for (const total of Array.from(await soft.sum(0).data(), Number)) expect(total).toBeCloseTo(1, 5);
  });
});

describe('AdaptiveLogSoftmaxWithLoss', () => {
  it('gives log-probabilities that sum to 1 and agree with its output', async () => {
    manualSeed(7);
    const layer = new nn.AdaptiveLogSoftmaxWithLoss(8, 10, [3, 6], { divValue: 2 });
    const x = randn([5, 8]).realize();
    const labels = [0, 2, 4, 9, 6];
    const logProb = layer.logProb(x);
    for (const total of Array.from(await logProb.exp().sum(1).data(), Number))
      expect(total).toBeCloseTo(1, 5);
    const { output, loss } = layer.forward(x, tensor(labels));
    const all = Array.from(await logProb.data(), Number);
    const found = Array.from(await output.data(), Number);
    labels.forEach((label, i) => expect(found[i]).toBeCloseTo(all[10 * i + label], 5));
    expect(await loss.item()).toBeCloseTo(-found.reduce((a, b) => a + b) / 5, 5);
    const best = Array.from({ length: 5 }, (_, i) => {
      const row = all.slice(10 * i, 10 * i + 10);
      return row.indexOf(Math.max(...row));
    });
    const predicted = Array.from(await layer.predict(x).data(), Number);
    predicted.forEach((label, i) => expect(label < 3 || label === best[i]).toBe(true));
    expect([...layer.stateDict().keys()]).toEqual([
      'head.weight', 'tail.0.0.weight', 'tail.0.1.weight', 'tail.1.0.weight', 'tail.1.1.weight',
    ]); // prettier-ignore
  });
});

it.each([
  [new nn.Threshold(0.1, 20), 'Threshold(threshold=0.1, value=20)'],
  [new nn.Hardshrink(), 'Hardshrink(0.5)'],
  [new nn.RReLU(), 'RReLU(lower=0.125, upper=0.3333333333333333)'],
  [new nn.AlphaDropout(0.2), 'AlphaDropout(p=0.2, inplace=False)'],
  [new nn.Softmin(1), 'Softmin(dim=1)'],
  [new nn.TripletMarginLoss(), 'TripletMarginLoss()'],
])('prints %s', (layer, text) => {
  expect(String(layer)).toBe(text);
});
