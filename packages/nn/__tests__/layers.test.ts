/** Layers: what they add to the functions they call, which is state, defaults and modes. */

import { manualSeed, noGrad, ones, rand, randn, tensor, zeros } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import './support/reference-device.ts';

async function numbers(x: Tensor): Promise<number[]> {
  return [...(await x.data())].map(Number);
}

describe('containers', () => {
  it('Sequential calls its layers in order, and finds them by position and name', async () => {
    const model = new nn.Sequential({ flatten: new nn.Flatten(), act: new nn.ReLU() });
    expect(await model.forward(tensor([[[-1, 2]]])).tolist()).toEqual([[0, 2]]);
    expect(model.get(1)).toBe(model.get('act'));
    expect(model.get(-1)).toBe(model.get('act'));
    expect([model.length, [...model].length]).toEqual([2, 2]);
    expect(() => model.get('flaten')).toThrow("there is no module 'flaten'; did you mean 'flatten'?");
    expect(model.append(new nn.Identity()).length).toBe(3);
  });

  it('ModuleList and ModuleDict register what they hold, and have no forward', () => {
    const list = new nn.ModuleList([new nn.Linear(1, 1)]).append(new nn.Linear(1, 2));
    expect([...list].map((m) => m.outFeatures)).toEqual([1, 2]);
    expect(() => list.get(2)).toThrow('there is no module 2; it has 0, 1');
    expect(() => list.forward()).toThrow('a list has no forward');
    const dict = new nn.ModuleDict({ a: new nn.Linear(1, 1) }).set('b', new nn.Linear(1, 2));
    expect([...dict.keys()]).toEqual(['a', 'b']);
    expect(dict.get('b').outFeatures).toBe(2);
    expect([...dict.stateDict().keys()]).toEqual(['a.weight', 'a.bias', 'b.weight', 'b.bias']);
    expect(dict.delete('a')).toBe(true);
    expect(dict.parameters().length).toBe(2);
  });
});

describe('initialisation', () => {
  it('of Linear and Conv2d is uniform within 1 / sqrt(fan in)', async () => {
    manualSeed(0);
    const linear = new nn.Linear(64, 50);
    const conv = new nn.Conv2d(8, 50, [2, 4], { groups: 2 });
    for (const [layer, bound] of [
      [linear, 1 / 8],
      [conv, 1 / Math.sqrt(4 * 8)],
    ] as const) {
      // prettier-ignore
      for (const parameter of layer.parameters()) {
        const values = await numbers(parameter);
        const largest = Math.max(...values.map(Math.abs));
        expect(largest).toBeLessThanOrEqual(bound);
        expect(largest).toBeGreaterThan(0.9 * bound);
        expect(Math.min(...values)).toBeLessThan(-0.8 * bound);
      }
    }
  });

  it('is the same for the same seed', async () => {
    const draw = async () => numbers((manualSeed(3), new nn.Linear(3, 3)).weight);
    expect(await draw()).toEqual(await draw());
  });

  it('of an embedding is normal, but for the padding row', async () => {
    manualSeed(0);
    const table = new nn.Embedding(1000, 2, { paddingIdx: 1 });
    const values = await numbers(table.weight);
    expect(values.slice(2, 4)).toEqual([0, 0]);
    const variance = values.reduce((sum, x) => sum + x * x, 0) / values.length;
    expect(variance).toBeGreaterThan(0.9);
    expect(variance).toBeLessThan(1.1);
  });
});

describe('BatchNorm', () => {
  const x = () => tensor([[1, 10], [3, 20], [8, 60]], { dtype: 'float32' }); // prettier-ignore

  it('keeps running statistics in training and uses them in evaluation', async () => {
    const norm = new nn.BatchNorm1d(2);
    norm.forward(x());
    norm.forward(x());
    // By PyTorch.
    const close = (found: number[], expected: number[]) =>
      found.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 4));
    close(await numbers(norm.runningMean!), [0.76, 5.7]);
    close(await numbers(norm.runningVar!), [3.28, 133.81]);
    expect(await norm.numBatchesTracked!.item()).toBe(2);
    norm.eval();
    close(await numbers(norm.forward(x())), [0.1325, 0.3717, 1.2368, 1.2362, 3.9976, 4.6941]);
    expect(await norm.numBatchesTracked!.item()).toBe(2);
  });

  it('averages over all batches with momentum null', async () => {
    const norm = new nn.BatchNorm1d(1, { momentum: null });
    for (const value of [1, 5, 9]) norm.forward(tensor([[value], [value + 2]], { dtype: 'float32' }));
    expect(await numbers(norm.runningMean!)).toEqual([6]);
    expect(await numbers(norm.runningVar!)).toEqual([2]);
  });

  it('without running statistics uses the batch in either mode', async () => {
    const norm = new nn.BatchNorm1d(1, { trackRunningStats: false, affine: false }).eval();
    const y = await numbers(norm.forward(tensor([[1], [3]], { dtype: 'float32' })));
    expect(y[0]).toBeCloseTo(-1, 4);
    expect(y[1]).toBeCloseTo(1, 4);
    expect(norm.stateDict().size).toBe(0);
  });

  it('names the shape it cannot take', () => {
    expect(() => new nn.BatchNorm2d(2).forward(x())).toThrow(
      'BatchNorm2d: the input has shape [3, 2], expected [N, C, H, W]',
    );
    expect(() => new nn.BatchNorm1d(2).forward(zeros([1, 2]))).toThrow(
      'one value a channel (shape [1, 2]) has no variance',
    );
    expect(() => new nn.BatchNorm1d(3).forward(x())).toThrow(
      'batchNorm: the weight has shape [3], expected [2]',
    );
  });
});

describe('Dropout', () => {
  it('drops and scales in training, and does nothing in evaluation', async () => {
    manualSeed(0);
    const dropout = new nn.Dropout(0.25);
    const values = await numbers(dropout.forward(ones([4000])));
    const zeroShare = values.filter((v) => v === 0).length / values.length;
    expect(Math.abs(zeroShare - 0.25)).toBeLessThan(0.03);
    expect(values.every((v) => v === 0 || Math.abs(v - 4 / 3) < 1e-6)).toBe(true);
    const x = ones([3]);
    expect(dropout.eval().forward(x)).toBe(x);
  });

  it('drops the same in the backward pass', async () => {
    const x = rand([50]).add(1).detach().realize().requiresGrad_();
    const y = new nn.Dropout(0.5).forward(x);
    y.sum().backward();
    const gradient = await numbers(x.grad!);
    const values = await numbers(y);
    expect(gradient.map((g) => g !== 0)).toEqual(values.map((v) => v !== 0));
  });

  it('takes the extremes', async () => {
    expect(await numbers(new nn.Dropout(1).forward(ones([4])))).toEqual([0, 0, 0, 0]);
    expect(await numbers(new nn.Dropout(0).forward(ones([4])))).toEqual([1, 1, 1, 1]);
    expect(() => new nn.Dropout(1.5)).toThrow('the probability is 1.5, expected a number from 0 to 1');
  });
});

describe('layers', () => {
  it('are their functions with parameters', async () => {
    manualSeed(0);
    const image = randn([2, 4, 6, 6]);
    const conv = new nn.Conv2d(4, 6, 3, { stride: 2, padding: 1, groups: 2 });
    const same = async (a: Tensor, b: Tensor) => expect(await a.tolist()).toEqual(await b.tolist());
    await same(
      conv.forward(image),
      nn.functional.conv2d(image, conv.weight, conv.bias, { stride: 2, padding: 1, groups: 2 }),
    );
    await same(new nn.MaxPool2d(2).forward(image), nn.functional.maxPool2d(image, 2));
    await same(
      new nn.AvgPool2d(3, { stride: 1 }).forward(image),
      nn.functional.avgPool2d(image, 3, { stride: 1 }),
    );
    const norm = new nn.LayerNorm([6, 6]);
    await same(norm.forward(image), nn.functional.layerNorm(image, [6, 6]));
    const table = new nn.Embedding(5, 2);
    await same(table.forward(tensor([3, 3])), table.weight.slice(0, 3, 4).expand(2, 2));
    await same(new nn.Softmax(1).forward(image), image.softmax(1));
  });

  it('know the classes of a loss, and weigh them', async () => {
    const logits = tensor([[1, 2], [3, 5]], { dtype: 'float32' }); // prettier-ignore
    const weight = tensor([1, 3], { dtype: 'float32' });
    const loss = new nn.CrossEntropyLoss({ weight, labelSmoothing: 0.1 });
    const direct = nn.functional.crossEntropy(logits, tensor([0, 1]), { weight, labelSmoothing: 0.1 });
    expect(await loss.forward(logits, tensor([0, 1])).item()).toBe(await direct.item());
    expect([...loss.stateDict().keys()]).toEqual(['weight']);
  });

  it('refuse sizes that make no sense', () => {
    expect(() => new nn.Linear(0, 2)).toThrow(
      'Linear: inFeatures is 0, expected a whole number of at least 1',
    );
    expect(() => new nn.Conv2d(3, 4, 3, { groups: 2 })).toThrow(
      'Conv2d: groups is 2, which must divide both',
    );
    expect(() => new nn.Conv2d(3, 4, 0)).toThrow(
      'Conv2d: kernelSize is 0, expected whole numbers of at least 1',
    );
    expect(() => new nn.Embedding(3, 4, { paddingIdx: 3 })).toThrow(
      'paddingIdx is 3, expected a row of 3: -3 to 2',
    );
  });
});

describe('init', () => {
  it('writes in place, without a history', async () => {
    const weight = new nn.Parameter(zeros([2, 3]));
    expect(nn.init.ones_(weight)).toBe(weight);
    expect(await numbers(weight)).toEqual([1, 1, 1, 1, 1, 1]);
    nn.init.eye_(weight);
    expect(await numbers(weight)).toEqual([1, 0, 0, 0, 1, 0]);
    expect(weight.isLeaf && weight.requiresGrad).toBe(true);
  });

  it('has the spread that the fans ask for', async () => {
    manualSeed(0);
    const deviation = async (initialize: (t: Tensor) => Tensor) => {
      const values = await numbers(noGrad(() => initialize(new nn.Parameter(zeros([40, 10, 5])))));
      return Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
    };
    const expectNear = async (initialize: (t: Tensor) => Tensor, expected: number) =>
      expect(Math.abs((await deviation(initialize)) / expected - 1)).toBeLessThan(0.05);
    await expectNear((t) => nn.init.uniform_(t, -1, 1), Math.sqrt(1 / 3));
    await expectNear((t) => nn.init.normal_(t, 0, 2), 2);
    await expectNear((t) => nn.init.xavierUniform_(t), Math.sqrt(2 / 250));
    await expectNear((t) => nn.init.xavierNormal_(t, { gain: 2 }), 2 * Math.sqrt(2 / 250));
    await expectNear((t) => nn.init.kaimingUniform_(t), Math.sqrt(2 / 50));
    await expectNear(
      (t) => nn.init.kaimingNormal_(t, { mode: 'fanOut', nonlinearity: 'relu' }),
      Math.sqrt(2 / 200),
    );
  });

  it('knows the gains', () => {
    expect(nn.init.calculateGain('tanh')).toBe(5 / 3);
    expect(nn.init.calculateGain('leakyRelu', 0.2)).toBe(Math.sqrt(2 / 1.04));
    expect(() => nn.init.kaimingNormal_(zeros([3]))).toThrow('a tensor of shape [3] has no fan-in');
  });
});
