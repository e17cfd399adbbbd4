/** Utilities of modules: computed parameters, pruning, vectors, functional calls, fusion. */

import '@tenfold/autograd';
import { ArgumentError, ShapeError, StateDictError, compile, manualSeed, ones, randn, tensor, zeros } from '@tenfold/tensor'; // prettier-ignore
import type { Tensor } from '@tenfold/tensor';
import { beforeEach, describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import { utils } from '../src/index.ts';
import './support/reference-device.ts';

const { parametrizations, parametrize, prune } = utils;

async function numbers(x: Tensor | null | undefined): Promise<number[]> {
  return x ? Array.from(await x.data(), Number) : [];
}

async function expectClose(found: Tensor, expected: Tensor | readonly number[], digits = 5): Promise<void> {
  const wanted = 'shape' in expected ? await numbers(expected) : expected;
  const values = await numbers(found);
  expect(values.length).toBe(wanted.length);
  values.forEach((value, i) => expect(value).toBeCloseTo(wanted[i], digits));
}

const keys = (module: nn.Module) => [...module.stateDict().keys()];

beforeEach(() => void manualSeed(1));

describe('weightNorm', () => {
  it('keeps the function, splits the parameter, and puts it together again', async () => {
    const layer = new nn.Linear(3, 2);
    const x = randn([4, 3]).realize();
    const before = layer.forward(x).realize();
    expect(utils.weightNorm(layer)).toBe(layer);
    expect(keys(layer)).toEqual(['bias', 'weight_g', 'weight_v']);
    expect(layer.stateDict().get('weight_g')?.shape).toEqual([2, 1]);
    await expectClose(layer.forward(x), before);
    layer.forward(x).sum().backward();
    expect((await numbers(layer.stateDict().get('weight_g')?.grad)).some((value) => value !== 0)).toBe(true);
    expect(() => utils.weightNorm(layer)).toThrow("'weight' of Linear is computed already");
    utils.removeWeightNorm(layer);
    expect(keys(layer)).toEqual(['bias', 'weight']);
    await expectClose(layer.forward(x), before);
    expect(() => utils.removeWeightNorm(layer)).toThrow(ArgumentError);
  });

  it('follows what is loaded and what an optimizer writes', async () => {
    const [first, second] = [utils.weightNorm(new nn.Linear(3, 2)), utils.weightNorm(new nn.Linear(3, 2))];
    second.loadStateDict(first.stateDict());
    await expectClose(second.weight, first.weight);
    second
      .stateDict()
      .get('weight_g')
      ?.assign(tensor([[2], [3]], { dtype: 'float32' }));
    const lengths = second.weight.square().sum(1).sqrt();
    await expectClose(lengths, [2, 3]);
  });
});

/** The greatest singular value of a matrix, by many iterations. */
async function greatest(weight: Tensor): Promise<number> {
  let v = ones([weight.shape[1], 1]);
  for (let i = 0; i < 100; i++) {
    v = weight.t().matmul(weight.matmul(v));
    v = v.div(v.square().sum().sqrt()).realize();
  }
  return weight.matmul(v).square().sum().sqrt().item();
}

describe('spectralNorm', () => {
  it.each([
    ['the older one', (layer: nn.Linear) => utils.spectralNorm(layer), ['bias', 'weight_orig', 'weight_u', 'weight_v']],
    ['the parametrization', (layer: nn.Linear) => parametrizations.spectralNorm(layer), ['bias', 'parametrizations.weight.original', 'parametrizations.weight.0._u', 'parametrizations.weight.0._v']],
  ] as const)('%s brings the greatest singular value to 1', async (_, normalise, expected) => {
    const layer = new nn.Linear(4, 3);
    normalise(layer);
    expect(keys(layer)).toEqual(expected);
    const x = randn([2, 4]).realize();
    for (let i = 0; i < 60; i++) layer.forward(x).realize();
    layer.eval();
    expect(await greatest(layer.weight.detach().realize())).toBeCloseTo(1, 3);
    layer.forward(x).sum().backward();
    const u = await numbers(layer.stateDict().get(expected[2]));
    layer.forward(x).realize();
    expect(await numbers(layer.stateDict().get(expected[2]))).toEqual(u);
  }); // prettier-ignore

  it('normalises transposed convolutions along their outputs', () => {
    const layer = utils.spectralNorm(new nn.ConvTranspose2d(2, 5, 3));
    expect(layer.stateDict().get('weight_u')?.shape).toEqual([5]);
    utils.removeSpectralNorm(layer);
    expect(keys(layer)).toEqual(['bias', 'weight']);
  });
});

class Symmetric extends nn.Module {
  forward(x: Tensor): Tensor {
    return x.add(x.t()).div(2);
  }
}

class Doubled extends nn.Module {
  forward(x: Tensor): Tensor {
    return x.mul(2);
  }

  rightInverse(value: Tensor): Tensor {
    return value.div(2);
  }
}

describe('parametrize', () => {
  it('computes a parameter whenever it is read', async () => {
    const layer = new nn.Linear(3, 3);
    const before = layer.weight.detach().clone().realize();
    parametrize.registerParametrization(layer, 'weight', new Symmetric());
    parametrize.registerParametrization(layer, 'weight', new Doubled());
    expect(parametrize.isParametrized(layer)).toBe(true);
    expect(parametrize.isParametrized(layer, 'bias')).toBe(false);
    expect(keys(layer)).toEqual(['bias', 'parametrizations.weight.original']);
    await expectClose(layer.weight, before.add(before.t()));
    expect(parametrize.cached(() => layer.weight === layer.weight)).toBe(true);
    layer.weight.sum().backward();
    expect(layer.parameters().every((parameter) => parameter.grad || parameter.shape.length === 1)).toBe(
      true,
    );
    parametrize.removeParametrizations(layer, 'weight');
    expect(keys(layer)).toEqual(['bias', 'weight']);
    await expectClose(layer.weight, before.add(before.t()));
  });

  it('inverts what is assigned, and leaves the original if asked', async () => {
    const layer = new nn.Linear(2, 2);
    const before = layer.weight.detach().clone().realize();
    parametrize.registerParametrization(layer, 'weight', new Doubled());
    await expectClose(layer.weight, before);
    Reflect.set(layer, 'weight', ones([2, 2]));
    await expectClose(layer.stateDict().get('parametrizations.weight.original')!, [0.5, 0.5, 0.5, 0.5]);
    parametrize.removeParametrizations(layer, 'weight', { leaveParametrized: false });
    await expectClose(layer.weight, [0.5, 0.5, 0.5, 0.5]);
  });

  it('refuses what changes the shape', () => {
    class Row extends nn.Module {
      forward(x: Tensor): Tensor {
        return x.flatten();
      }
    }
    expect(() => parametrize.registerParametrization(new nn.Linear(2, 2), 'weight', new Row())).toThrow(ShapeError);
    expect(() => parametrize.registerParametrization(new nn.Linear(2, 2), 'wight', new Doubled())).toThrow("'wight' of Linear is no parameter");
  }); // prettier-ignore

  it('weightNorm keeps the value under the newer keys', async () => {
    const layer = new nn.Linear(3, 2);
    const before = layer.weight.detach().clone().realize();
    parametrizations.weightNorm(layer);
    expect(keys(layer)).toEqual([
      'bias',
      'parametrizations.weight.original0',
      'parametrizations.weight.original1',
    ]);
    await expectClose(layer.weight, before);
  });

  it.each([
    ['matrixExp', 4, 4],
    ['cayley', 3, 3],
    ['matrixExp', 5, 2],
    ['cayley', 2, 4],
    ['householder', 4, 2],
    ['householder', 2, 3],
  ] as const)('orthogonal by %s of [%d, %d] stays orthogonal in training', async (orthogonalMap, rows, columns) => {
    const layer = parametrizations.orthogonal(new nn.Linear(columns, rows), 'weight', { orthogonalMap });
    const check = async () => {
      const weight = layer.weight.detach();
      const gram = rows < columns ? weight.matmul(weight.t()) : weight.t().matmul(weight);
      const size = Math.min(rows, columns);
      await expectClose(gram, Array.from({ length: size ** 2 }, (_, i) => (i % (size + 1) === 0 ? 1 : 0)), 4);
    };
    await check();
    layer.forward(randn([3, columns])).square().sum().backward();
    const original = layer.stateDict().get('parametrizations.weight.original');
    if (original?.grad) original.assign(original.detach().sub(original.grad.mul(0.1)));
    await check();
  }); // prettier-ignore
});

describe('prune', () => {
  const layerOf = (rows: number[][]) => {
    const layer = new nn.Linear(rows[0].length, rows.length);
    layer.loadStateDict(new Map([['weight', tensor(rows, { dtype: 'float32' })]]), { strict: false });
    return layer;
  };

  it('takes the elements of least magnitude, in turn, and remembers the mask', async () => {
    const layer = layerOf([[1, -2, 3], [-4, 5, 0.5]]); // prettier-ignore
    prune.l1Unstructured(layer, 'weight', 2);
    expect(keys(layer)).toEqual(['bias', 'weight_orig', 'weight_mask']);
    await expectClose(layer.weight, [0, -2, 3, -4, 5, 0]);
    prune.l1Unstructured(layer, 'weight', 0.5);
    await expectClose(layer.weight, [0, 0, 0, -4, 5, 0]);
    layer.weight.sum().backward();
    expect(await numbers(layer.stateDict().get('weight_orig')?.grad)).toEqual([0, 0, 0, 1, 1, 0]);
    expect(prune.isPruned(new nn.Sequential(layer))).toBe(true);
    prune.remove(layer, 'weight');
    expect(prune.isPruned(layer)).toBe(false);
    expect(keys(layer)).toEqual(['bias', 'weight']);
    await expectClose(layer.weight, [0, 0, 0, -4, 5, 0]);
  });

  it('takes slices by norm, elements at random, and what a mask says', async () => {
    const rows = [[1, -2, 3], [-4, 5, 0.5]]; // prettier-ignore
    await expectClose(prune.lnStructured(layerOf(rows), 'weight', 1, 2, 1).weight, [1, -2, 0, -4, 5, 0]);
    await expectClose(prune.lnStructured(layerOf(rows), 'weight', 0.5, 1, 0).weight, [0, 0, 0, -4, 5, 0.5]);
    const random = await numbers(prune.randomUnstructured(layerOf(rows), 'weight', 4).weight);
    expect(random.filter((value) => value === 0)).toHaveLength(4);
    const slices = await numbers(prune.randomStructured(layerOf(rows), 'weight', 2, 1).weight);
    expect(slices.filter((value) => value === 0)).toHaveLength(4);
    const mask = tensor([[1, 0, 1], [0, 1, 1]]); // prettier-ignore
    await expectClose(prune.customFromMask(layerOf(rows), 'weight', mask).weight, [1, 0, 3, 0, 5, 0.5]);
    await expectClose(prune.identity(layerOf(rows), 'weight').weight, rows.flat());
  });

  it('compares several parameters', async () => {
    const [a, b] = [layerOf([[1, 6]]), layerOf([[2, 3], [9, 4]])]; // prettier-ignore
    prune.globalUnstructured([[a, 'weight'], [b, 'weight']], new prune.L1Unstructured(0.5)); // prettier-ignore
    await expectClose(a.weight, [0, 6]);
    await expectClose(b.weight, [0, 0, 9, 4]);
    expect(() => prune.l1Unstructured(a, 'weight', 1.5)).toThrow('amount is 1.5');
    expect(() => prune.l1Unstructured(a, 'weight', 7)).toThrow('7 of 2 elements');
    expect(() => prune.remove(a, 'bias')).toThrow("'bias' of Linear is not pruned");
  });
});

it('parameters become a vector and come back', async () => {
  const layer = new nn.Linear(2, 2);
  const row = utils.parametersToVector(layer.parameters());
  expect(row.shape).toEqual([6]);
  utils.vectorToParameters(tensor([1, 2, 3, 4, 5, 6]), layer.parameters());
  expect(await numbers(layer.bias)).toEqual([5, 6]);
  expect(() => utils.vectorToParameters(zeros(5), layer.parameters())).toThrow(ShapeError);
});

describe('functionalCall', () => {
  it('uses the tensors given, gives them gradients, and restores the module', async () => {
    const model = new nn.Sequential({ one: new nn.Linear(2, 2), norm: new nn.BatchNorm1d(2) });
    const weight = tensor([[1, 0], [0, 2]], { dtype: 'float32' }).realize().requiresGrad_(); // prettier-ignore
    const before = await numbers(model.parameters()[0]);
    const mean = zeros([2]).realize();
    model.eval();
    const given = { 'one.weight': weight, 'one.bias': zeros(2), 'norm.running_mean': mean };
    const out = utils.functionalCall(model, given, [tensor([[3, 4]], { dtype: 'float32' })]);
    await expectClose(out, [3, 8], 3);
    out.sum().backward();
    expect(await numbers(weight.grad)).not.toEqual([0, 0, 0, 0]);
    expect(await numbers(model.parameters()[0])).toEqual(before);
    expect(() => utils.functionalCall(model, { 'one.wieght': weight }, [zeros([1, 2])])).toThrow(
      StateDictError,
    );
  });

  it('replaces what is shared everywhere', async () => {
    class Tied extends nn.Module {
      a = new nn.Linear(2, 2, { bias: false });
      b = new nn.Linear(2, 2, { bias: false });
      constructor() {
        super();
        this.b.weight = this.a.weight;
      }
      forward(x: Tensor): Tensor {
        return this.b.forward(this.a.forward(x));
      }
    }
    const twice = tensor([[2, 0], [0, 2]], { dtype: 'float32' }); // prettier-ignore
    await expectClose(
      utils.functionalCall(new Tied(), new Map([['a.weight', twice]]), [ones([1, 2])]),
      [4, 4],
    );
  });
});

describe('fusion', () => {
  it.each([
    [new nn.Conv1d(2, 3, 2), new nn.BatchNorm1d(3), [4, 2, 5]],
    [new nn.Conv2d(2, 4, 3, { padding: 1, groups: 2, bias: false }), new nn.BatchNorm2d(4), [4, 2, 5, 5]],
    [new nn.ConvTranspose2d(2, 3, 3, { stride: 2 }), new nn.BatchNorm2d(3), [4, 2, 3, 3]],
  ] as const)('a convolution takes the normalisation over', async (conv, bn, shape) => {
    for (let i = 0; i < 3; i++) bn.forward(conv.forward(randn(shape).add(1))).realize();
    expect(() => utils.fuseConvBnEval(conv, bn)).toThrow('call eval() on them');
    conv.eval();
    bn.eval();
    const x = randn(shape).realize();
    await expectClose(utils.fuseConvBnEval(conv, bn).forward(x), bn.forward(conv.forward(x)), 4);
  });

  it('so does a linear layer', async () => {
    const [linear, bn] = [new nn.Linear(3, 2), new nn.BatchNorm1d(2)];
    bn.forward(linear.forward(randn([8, 3]))).realize();
    linear.eval();
    bn.eval();
    const x = randn([4, 3]).realize();
    await expectClose(utils.fuseLinearBnEval(linear, bn).forward(x), bn.forward(linear.forward(x)), 4);
  });
});

it('computed parameters train inside of compile()', async () => {
  const run = async (wrap: (body: (x: Tensor) => Tensor) => (x: Tensor) => Tensor) => {
    manualSeed(9);
    const layer = utils.spectralNorm(new nn.Linear(3, 2));
    const body = wrap((x) => layer.forward(x).square().sum());
    for (let i = 0; i < 4; i++) await body(ones([2, 3])).item();
    return [await numbers(layer.stateDict().get('weight_u')), await body(ones([2, 3])).item()];
  };
  expect(await run((body) => compile(body))).toEqual(await run((body) => body));
});
