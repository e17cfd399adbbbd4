/** Layers for sequences and tables, beyond what is compared with PyTorch and the papers. */

import '@tenfold/autograd';
import { arange, manualSeed, ones, randn, tensor, zeros } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import './support/reference-device.ts';

const F = nn.functional;
const greatest = async (x: Tensor) => Number(await x.abs().amax().item());

describe('embeddings', () => {
  it('are made from vectors that are there, frozen or not', async () => {
    const vectors = randn([4, 3]);
    const layer = nn.Embedding.fromPretrained(vectors);
    expect(await layer.forward(tensor([2])).tolist()).toEqual([await vectors.select(0, 2).tolist()]);
    expect([layer.weight.requiresGrad, layer.numEmbeddings, layer.embeddingDim]).toEqual([false, 4, 3]);
    const bag = nn.EmbeddingBag.fromPretrained(vectors, { freeze: false, mode: 'sum', paddingIdx: 0 });
    expect([bag.weight.requiresGrad, bag.mode, bag.paddingIdx]).toEqual([true, 'sum', 0]);
    expect(() => nn.Embedding.fromPretrained(randn([4]))).toThrow('the embeddings have shape [4]');
  });

  it('write rows that are too long anew, and only those that are looked up', async () => {
    const layer = new nn.Embedding(3, 2, { maxNorm: 1 });
    layer.loadStateDict(new Map([['weight', tensor([[3, 4], [0.1, 0], [6, 8]])]])); // prettier-ignore
    await layer.forward(tensor([0, 1])).data();
    const rows = (await layer.weight.tolist()) as number[][];
    expect(rows[0]).toEqual([expect.closeTo(0.6, 5), expect.closeTo(0.8, 5)]);
    expect(rows.slice(1)).toEqual([
      [expect.closeTo(0.1, 6), 0],
      [6, 8],
    ]);
  });

  it('in bags share the gradient of a row that is named often', async () => {
    const weight = ones([3, 1]).requiresGrad_();
    F.embeddingBag(tensor([[0, 1, 1, 1]]), weight, null, { mode: 'sum', scaleGradByFreq: true }).sum().backward();
    expect(await weight.grad?.flatten().tolist()).toEqual([1, expect.closeTo(1, 6), 0]);
  }); // prettier-ignore

  it('in bags say what does not fit', () => {
    const weight = randn([3, 2]);
    const input = tensor([0, 1]);
    expect(() => F.embeddingBag(input, weight)).toThrow('input [2] with no offsets');
    expect(() => F.embeddingBag(input.unsqueeze(0), weight, tensor([0]))).toThrow('each row is a bag here');
    expect(() => F.embeddingBag(tensor([3]), weight, tensor([0]))).toThrow('out of range');
    const perSampleWeights = ones([2]);
    expect(() => F.embeddingBag(input, weight, tensor([0]), { perSampleWeights })).toThrow("the mode is 'mean'");
    expect(() => F.bilinear(randn([2, 3]), randn([2, 4]), randn([5, 4, 3]))).toThrow('expected [..., I], [..., J]');
  }); // prettier-ignore
});

describe('positions', () => {
  it('as rotations leave products that depend on the distance alone', async () => {
    const [q, k] = [randn([1, 8]), randn([1, 8])];
    const product = (i: number, j: number, interleaved: boolean) =>
      F.rotaryEmbedding(q, { offset: i, interleaved })
        .mul(F.rotaryEmbedding(k, { positions: tensor([j]), interleaved }))
        .sum();
    for (const interleaved of [true, false]) {
      expect(await greatest(product(5, 2, interleaved).sub(product(9, 6, interleaved)))).toBeLessThan(1e-5);
    }
    expect(() => F.rotaryEmbedding(randn([2, 3]))).toThrow('the size is 3, expected an even number');
  });

  it('as biases are the paper’s slopes times the distance', async () => {
    expect(F.alibiSlopes(8)).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((i) => 2 ** -i));
    expect(F.alibiSlopes(3)).toEqual([2 ** -4, 2 ** -8, 2 ** -2]);
    const bias = F.alibiBias(8, 2, 3);
    expect(await bias.select(0, 0).tolist()).toEqual([
      [-0.5, -0, -0.5],
      [-1, -0.5, -0],
    ]);
    const [q, attnMask] = [randn([8, 9, 4]), F.alibiBias(8, 9)];
    expect(F.scaledDotProductAttention(q, q, q, { attnMask }).shape).toEqual([8, 9, 4]);
  });

  it('that are learned end', () => {
    const layer = new nn.LearnedPositionalEncoding(3, 4, { batchFirst: true });
    expect(layer.forward(zeros([2, 3, 4])).shape).toEqual([2, 3, 4]);
    expect(() => layer.forward(zeros([2, 4, 4]))).toThrow('4 tokens, but positions for 3 only');
  });
});

describe('Bidirectional', () => {
  it('of two LSTMs is an LSTM in both directions', async () => {
    const both = new nn.LSTM(2, 3, 1, { bidirectional: true });
    const pair = new nn.Bidirectional(new nn.LSTM(2, 3), new nn.LSTM(2, 3));
    for (const [name, value] of both.stateDict()) {
      const [module, key] = name.endsWith('_reverse') ? ['backward', name.slice(0, -8)] : ['onward', name];
      pair.stateDict().get(`${module}.${key}`)?.assign(value);
    }
    const x = randn([4, 2, 2]);
    const [expected, [h]] = both.forward(x);
    const [output, [[first], [last]]] = pair.forward(x);
    expect(await greatest(output.sub(expected))).toBeLessThan(1e-6);
    expect(await greatest(h.select(0, 0).sub(first.squeeze(0)))).toBeLessThan(1e-6);
    expect(await greatest(h.select(0, 1).sub(last.squeeze(0)))).toBeLessThan(1e-6);
  });

  it('merges as it is told', async () => {
    const modules = () => [new nn.GRU(2, 3, 1, { batchFirst: true }), new nn.GRU(2, 3, 1, { batchFirst: true })] as const;
    const [a, b] = modules();
    const x = randn([2, 4, 2]);
    const outputs = (mergeMode: 'sum' | 'ave') =>
      new nn.Bidirectional(a, b, { mergeMode, timeDim: 1 }).forward(x)[0];
    expect(await greatest(outputs('sum').sub(outputs('ave').mul(2)))).toBeLessThan(1e-6);
    expect(() => new nn.Bidirectional(a, a)).toThrow('both directions are the same module');
  }); // prettier-ignore
});

describe('MixtureOfExperts', () => {
  it('leaves tokens out where an expert has no place for them', async () => {
    manualSeed(0);
    const layer = new nn.MixtureOfExperts(2, 4, 2, { topK: 1, capacityFactor: 1 });
    layer.router.weight.assign(tensor([[1, 0], [-1, 0]]).float()); // prettier-ignore
    const [output, loss] = layer.forward(ones([4, 2]));
    const rows = await output.abs().sum(-1).gt(0).tolist();
    expect(rows).toEqual([true, true, false, false]);
    // All tokens go to one of two experts, whose probability is e² / (e² + 1).
    expect(await loss.item()).toBeCloseTo(2 / (1 + Math.exp(-2)), 5);
  });

  it('trains its router', async () => {
    const layer = new nn.MixtureOfExperts(3, 4, 4);
    const [output, loss] = layer.forward(randn([2, 5, 3]));
    output.sum().add(loss).backward();
    const gradients = layer.parameters().map((parameter) => parameter.grad);
    expect(gradients.every((gradient) => gradient !== null)).toBe(true);
    expect(await greatest(layer.router.weight.grad ?? zeros([1]))).toBeGreaterThan(0);
  });

  it('names what does not fit', () => {
    expect(() => new nn.MixtureOfExperts(2, 2, 2, { topK: 3 })).toThrow('topK is 3, but there are 2 experts');
    expect(() => new nn.MixtureOfExperts(2, 2, 2).forward(ones([3]))).toThrow('expected [..., 2]');
  });
});

describe('containers', () => {
  it('ParameterList and ParameterDict register what they hold', async () => {
    const parameter = (value: number) => new nn.Parameter(tensor([value], { dtype: 'float32' }));
    const list = new nn.ParameterList([parameter(1)]).append(parameter(2));
    expect([...list.stateDict().keys()]).toEqual(['0', '1']);
    expect(await list.get(-1).tolist()).toEqual([2]);
    expect(await list.set(0, parameter(5)).get(0).tolist()).toEqual([5]);
    expect([list.length, [...list].length]).toEqual([2, 2]);
    expect(String(list)).toBe(
      'ParameterList(\n  (0): Parameter containing: [float32 of size 1]\n  (1): Parameter containing: [float32 of size 1]\n)',
    );
    expect(() => list.get(2)).toThrow("there is no parameter '2'; it has 0, 1");
    const dict = new nn.ParameterDict({ a: parameter(3) }).set('b', parameter(4));
    expect([dict.keys(), dict.size, dict.has('c'), dict.delete('a'), dict.size]).toEqual([['a', 'b'], 2, false, true, 1]);
    expect([...dict].map(([key]) => key)).toEqual(['b']);
    expect(() => list.forward()).toThrow('parameters have no forward');
  }); // prettier-ignore

  it('Sequential gives parts of itself', async () => {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
    const tail = model.slice(1);
    expect([...tail.stateDict().keys()]).toEqual(['2.weight', '2.bias']);
    const x = arange(6, { dtype: 'float32' }).reshape(2, 3);
    expect(await tail.forward(x).tolist()).toEqual(await model.get(2).forward(F.relu(x)).tolist());
    expect(model.slice(0, -1)).toHaveLength(2);
  });
});
