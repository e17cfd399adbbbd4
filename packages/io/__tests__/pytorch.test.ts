/** Weights that PyTorch wrote, under other names and in other layouts: the same network here, to the last digits. */

import '@tenfold/autograd';
import '@tenfold/backend-cpu';
import {
  BatchNorm2d,
  Conv2d,
  Flatten,
  GELU,
  Linear,
  MaxPool2d,
  ReLU,
  Sequential,
  functional,
} from '@tenfold/nn';
import { noGrad } from '@tenfold/tensor';
import type { Shape, Tensor } from '@tenfold/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { StateDictMapper, loadSafetensors } from '../src/index.ts';
import type { StateDict } from '../src/index.ts';
import { valuesOf } from './helpers/tensors.ts';

const fixture = (name: string) => new URL(`./fixtures/${name}.safetensors`, import.meta.url);

const mapper = new StateDictMapper()
  .excludeKeys('ema_decay')
  .stripPrefix('module.')
  .renamePrefix('stem.conv.', '0.')
  .renamePrefix('stem.norm.', '1.')
  .rename(/^dense_(\d+)\./, '$1.')
  .rename(/\.kernel$/, '.weight')
  .rename(/\.gamma$/, '.weight')
  .rename(/\.beta$/, '.bias')
  .rename(/\.moving_(mean|var)(iance)?$/, '.running_$1')
  .transpose('0.weight', [3, 2, 0, 1])
  .transposePattern(/^[57]\.weight$/);

function network(): Sequential {
  return new Sequential(
    new Conv2d(2, 4, 3, { padding: 1 }),
    new BatchNorm2d(4),
    new ReLU(),
    new MaxPool2d(2),
    new Flatten(),
    new Linear(36, 16),
    new GELU(),
    new Linear(16, 5),
  );
}

function shapes(stateDict: ReadonlyMap<string, Tensor>): Record<string, Shape> {
  return Object.fromEntries(Array.from(stateDict, ([key, { shape }]) => [key, shape]));
}

/** The largest difference between two tensors, relative to the largest value where that is above 1. */
async function difference(actual: Tensor, wanted: Tensor): Promise<number> {
  expect(actual.shape).toEqual(wanted.shape);
  const [a, b] = [await valuesOf(actual), await valuesOf(wanted)];
  const scale = Math.max(1, ...b.map(Math.abs));
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!))) / scale;
}

describe('weights written by PyTorch', () => {
  let weights: StateDict;
  let expected: StateDict;

  beforeAll(async () => {
    weights = await loadSafetensors(fixture('pytorch-weights'));
    expected = await loadSafetensors(fixture('pytorch-expected'));
  });

  it('are not what the model calls them, and the error says what to do', () => {
    expect(() => network().loadStateDict(weights)).toThrow('StateDictMapper');
  });

  it('get the names and shapes of the model from a mapper', () => {
    expect(shapes(mapper.map(weights))).toEqual(shapes(network().stateDict()));
    expect(mapper.explain(weights).idleRules).toEqual([]);
  });

  it('give the logits of PyTorch to 1e-5', async () => {
    const model = network();
    model.loadStateDict(mapper.map(weights));
    model.eval();
    const logits = noGrad(() => model.forward(expected.get('input')!));
    expect(await difference(logits, expected.get('logits')!)).toBeLessThan(1e-5);
  });

  it('give the loss, the gradients and the running statistics of a training step', async () => {
    const model = network();
    model.loadStateDict(mapper.map(weights));
    model.train();
    const logits = model.forward(expected.get('input')!);
    const loss = functional.crossEntropy(logits, expected.get('target')!);
    loss.backward();
    expect(await difference(logits, expected.get('training_logits')!)).toBeLessThan(1e-5);
    expect(await difference(loss, expected.get('loss')!)).toBeLessThan(1e-5);
    const parameters = [...model.namedParameters()];
    expect(parameters.length).toBe(8);
    for (const [name, parameter] of parameters) {
      expect(await difference(parameter.grad!, expected.get(`grad.${name}`)!)).toBeLessThan(1e-4);
    }
    for (const name of ['1.running_mean', '1.running_var']) {
      expect(await difference(model.stateDict().get(name)!, expected.get(`after.${name}`)!)).toBeLessThan(
        1e-5,
      );
    }
    expect(await model.stateDict().get('1.num_batches_tracked')!.item()).toBe(4);
  });
});
