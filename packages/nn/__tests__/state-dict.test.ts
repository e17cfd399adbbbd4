/** State dicts: PyTorch's keys, all that does not fit in one error, and nothing changed by a load that fails. */

import { StateDictError, full, manualSeed, zeros } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import { describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import './support/reference-device.ts';

const build = () =>
  new nn.Sequential(new nn.Conv2d(1, 2, 3), new nn.BatchNorm2d(2), new nn.Flatten(), new nn.Linear(8, 3));

async function contents(module: nn.Module): Promise<Record<string, unknown>> {
  const entries = [...module.stateDict()].map(async ([key, value]) => [key, await value.tolist()] as const);
  return Object.fromEntries(await Promise.all(entries));
}

describe('stateDict', () => {
  it('has the keys of PyTorch', () => {
    expect([...build().stateDict().keys()]).toEqual([
      '0.weight',
      '0.bias',
      '1.weight',
      '1.bias',
      '1.running_mean',
      '1.running_var',
      '1.num_batches_tracked',
      '3.weight',
      '3.bias',
    ]);
  });

  it('goes over into another model', async () => {
    manualSeed(1);
    const [from, to] = [build(), build()];
    expect(await contents(to)).not.toEqual(await contents(from));
    expect(to.loadStateDict(from.stateDict())).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect(await contents(to)).toEqual(await contents(from));
  });

  it('is alive: cloned, it is a snapshot', async () => {
    const model = new nn.Linear(1, 1, { bias: false });
    nn.init.constant_(model.weight, 1);
    const alive = model.stateDict();
    const snapshot = new Map([...alive].map(([key, value]) => [key, value.clone()]));
    nn.init.constant_(model.weight, 2);
    expect(await alive.get('weight')?.tolist()).toEqual([[2]]);
    model.loadStateDict(snapshot);
    expect(await alive.get('weight')?.tolist()).toEqual([[1]]);
  });

  it('leaves out buffers that are not persistent', () => {
    class Masked extends nn.Module {
      mask = new nn.Buffer(zeros(2), { persistent: false });
      kept = new nn.Buffer(zeros(2));

      forward(x: Tensor): Tensor {
        return x.mul(this.mask);
      }
    }
    expect([...new Masked().stateDict().keys()]).toEqual(['kept']);
  });
});

describe('loadStateDict', () => {
  it('names all that does not fit at once, with what was probably meant, and changes nothing', async () => {
    const model = build();
    const before = await contents(model);
    const wrong = model.stateDict();
    wrong.set('0.wieght', full([2, 1, 3, 3], 7));
    wrong.delete('0.weight');
    wrong.delete('1.bias');
    wrong.set('3.weight', full([3, 9], 7));
    wrong.set('3.bias', full([3], 7));
    wrong.set('zzz', zeros(1));
    const load = () => model.loadStateDict(wrong);
    expect(load).toThrow(StateDictError);
    expect(load).toThrow(
      'loadStateDict: the state dict does not fit Sequential:\n' +
        "  missing: '0.weight' (did you mean '0.wieght', which is there?), '1.bias'\n" +
        "  unexpected: '0.wieght', 'zzz'\n" +
        "  wrong shape: '3.weight' is [3, 9] in the state dict, [3, 8] in the model\n" +
        'Nothing was changed.',
    );
    expect(await contents(model)).toEqual(before);
  });

  it('that is not strict loads what is there, and says what is not', async () => {
    const model = new nn.Linear(2, 1);
    nn.init.zeros_(model.weight);
    const result = model.loadStateDict(new Map([['bias', full([1], 5, { dtype: 'float32' })], ['other', zeros(1)]]), { strict: false }); // prettier-ignore
    expect(result).toEqual({ missingKeys: ['weight'], unexpectedKeys: ['other'] });
    expect(await contents(model)).toEqual({ weight: [[0, 0]], bias: [5] });
    expect(() => model.loadStateDict(new Map([['bias', zeros(2)]]), { strict: false })).toThrow(
      "wrong shape: 'bias' is [2] in the state dict, [1] in the model\nNothing was changed. Build the model",
    );
  });

  it('casts to the dtype of the model', async () => {
    const model = new nn.Linear(1, 1, { bias: false, dtype: 'float64' });
    model.loadStateDict(new Map([['weight', full([1, 1], 0.5, { dtype: 'float16' })]]));
    expect(model.weight.dtype).toBe('float64');
    expect(await model.weight.tolist()).toEqual([[0.5]]);
  });

  it('takes numbers for the names of a Sequential, at any depth', async () => {
    const numbered = new nn.Sequential(
      new nn.Linear(1, 1),
      new nn.ReLU(),
      new nn.Sequential(new nn.ReLU(), new nn.Linear(1, 2)),
    );
    const named = () =>
      new nn.Sequential({
        stem: new nn.Linear(1, 1),
        act: new nn.ReLU(),
        head: new nn.Sequential({ act: new nn.ReLU(), out: new nn.Linear(1, 2) }),
      });
    const model = named();
    expect([...model.stateDict().keys()]).toEqual([
      'stem.weight',
      'stem.bias',
      'head.out.weight',
      'head.out.bias',
    ]);
    model.loadStateDict(numbered.stateDict());
    expect(Object.values(await contents(model))).toEqual(Object.values(await contents(numbered)));
    const mixed = new Map(
      [...numbered.stateDict()].map(([key, value]) => [key.replace('2.1', 'head.out'), value]),
    );
    expect(named().loadStateDict(mixed)).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect(() => named().loadStateDict(new Map())).toThrow("missing: 'stem.weight', 'stem.bias'");
  });
});
