/** What all optimizers share: arguments, groups, state dicts, and steps that are one run of one plan. */

import { ArgumentError, StateDictError, compile, tensor, zeros } from '@tenfold/tensor';
import type { DType, Tensor } from '@tenfold/tensor';
import { describe, expect, it } from 'vitest';
import { Adam, AdamW, SGD } from '../src/index.ts';
import type { Optimizer, OptimizerStateDict } from '../src/index.ts';
import './support/reference-device.ts';

const makeParam = (values: readonly number[] = [1, 2, 3], dtype: DType = 'float32') =>
  tensor([...values], { dtype })
    .realize()
    .requiresGrad_();

/** One step towards zero. */
async function pull(optimizer: Optimizer, params: readonly Tensor[]): Promise<void> {
  optimizer.zeroGrad();
  params.map((p) => p.square().sum()).reduce((a, b) => a.add(b)).backward(); // prettier-ignore
  await optimizer.step();
}

async function values(params: readonly Tensor[]): Promise<unknown[]> {
  return Promise.all(params.map((p) => p.tolist()));
}

describe('arguments', () => {
  it('are checked, and the message says what to do', () => {
    const param = makeParam();
    expect(() => new SGD([])).toThrow(ArgumentError);
    expect(() => new SGD([])).toThrow('SGD: the list of parameters is empty; does the model have any');
    expect(() => new AdamW([param], { lr: NaN })).toThrow(
      'AdamW: lr is NaN, expected a number of at least 0',
    );
    expect(() => new Adam([param], { lr: -1 })).toThrow('Adam: lr is -1, expected a number of at least 0');
    expect(() => new Adam([param], { betas: [0.9, 1] })).toThrow(
      'Adam: betas[1] is 1, expected a number from 0 up to, but without, 1',
    );
    expect(() => new SGD([param], { nesterov: true })).toThrow('SGD: nesterov needs a momentum above 0');
    expect(() => new SGD([param.mul(2)])).toThrow(
      'parameter 0 (float32 [3]) is the result of traced operations, not a leaf',
    );
    expect(() => new SGD([param, param])).toThrow(
      'parameter 1 (float32 [3]) is twice in the group; give each parameter once',
    );
    expect(() => new SGD([{ params: [param] }, { params: [param] }])).toThrow('is in another group already');
    expect(() => new SGD([tensor([1, 2])])).toThrow('parameter 0 (int64 [2]) is not a float tensor');
    expect(() => new SGD([{ params: [] }])).toThrow('a parameter group is empty');
    expect(() => new SGD(param as never)).toThrow('the parameters must be a list');
  });

  it('changed between steps are checked before anything is changed', async () => {
    const param = makeParam();
    const optimizer = new SGD([param]);
    param.sum().backward();
    optimizer.paramGroups[0].lr = NaN;
    expect(() => optimizer.step()).toThrow('SGD: lr is NaN');
    expect(await param.tolist()).toEqual([1, 2, 3]);
  });
});

describe('groups', () => {
  it('have settings of their own', async () => {
    const [a, b, c] = [makeParam([1]), makeParam([1]), makeParam([1])];
    const optimizer = new SGD([{ params: [a] }, { params: [b], lr: 0.25 }], { lr: 0.5 });
    optimizer.addParamGroup({ params: [c], lr: 0 });
    await pull(optimizer, [a, b, c]);
    expect(await values([a, b, c])).toEqual([[0], [0.5], [1]]);
    expect(() => optimizer.addParamGroup({ params: [a] })).toThrow('is in another group already');
  });
});

describe('a step', () => {
  it('leaves parameters without a gradient alone', async () => {
    const [a, b] = [makeParam([1]), makeParam([1])];
    const optimizer = new Adam([a, b], { weightDecay: 1 });
    await pull(optimizer, [a]);
    expect(await b.tolist()).toEqual([1]);
    expect([...optimizer.stateDict().state.keys()]).toEqual(['0.expAvg', '0.expAvgSq']);
  });

  it('is one run together with forward and backward, and the same plan again', async () => {
    const params = [makeParam(), makeParam([4]), makeParam([5, 6])];
    const optimizer = new AdamW(params, { lr: 0.1 });
    const { home } = params[0];
    await pull(optimizer, params);
    const { runs } = home.counters;
    const { misses } = home.plans.counters;
    for (let i = 1; i <= 3; i++) {
      optimizer.paramGroups[0].lr = 0.1 / i;
      optimizer.paramGroups[0].weightDecay = 0.1 * i;
      await pull(optimizer, params);
    }
    expect(home.counters.runs).toBe(runs + 3);
    expect(home.plans.counters.misses).toBe(misses);
  });

  it('takes a closure, and returns its loss', async () => {
    const param = makeParam([3]);
    const optimizer = new SGD([param], { lr: 0.5 });
    const loss = optimizer.step(() => {
      optimizer.zeroGrad();
      const value = param.square().sum();
      value.backward();
      return value;
    });
    expect(await loss.item()).toBe(9);
    expect(await param.tolist()).toEqual([0]);
  });

  it('compiled, counts its steps and follows the learning rate', async () => {
    const train = async (wrap: (step: () => void) => () => void) => {
      const params = [makeParam(), makeParam([4])];
      const optimizer = new Adam(params, { lr: 0.1 });
      const step = wrap(() => void pull(optimizer, params));
      for (let i = 0; i < 6; i++) {
        optimizer.paramGroups[0].lr = 0.1 / (i + 1);
        step();
      }
      return [await values(params), optimizer.stateDict().scalars];
    };
    const plain = await train((step) => step);
    expect(await train((step) => compile(step))).toEqual(plain);
    expect(plain[1]).toEqual({ '0.step': 6, '1.step': 6 });
  });

  it('computes halves in float32', async () => {
    const param = makeParam([1, 2], 'float16');
    await pull(new Adam([param], { lr: 0.5 }), [param]);
    expect(param.dtype).toBe('float16');
    expect(await param.tolist()).toEqual([0.5, 1.5]);
  });
});

describe('state dicts', () => {
  const build = (params: Tensor[]) =>
    new Adam([{ params: params.slice(0, 1) }, { params: params.slice(1), lr: 0.2 }]);

  it('continue a training where it was', async () => {
    const params = [makeParam(), makeParam([4])];
    const optimizer = build(params);
    for (let i = 0; i < 3; i++) await pull(optimizer, params);
    const saved = optimizer.stateDict();
    expect(saved.groups.map(({ lr, params: numbers }) => ({ lr, numbers }))).toEqual([
      { lr: 1e-3, numbers: [0] },
      { lr: 0.2, numbers: [1] },
    ]);
    expect([...saved.state.keys()]).toEqual(['0.expAvg', '0.expAvgSq', '1.expAvg', '1.expAvgSq']);
    expect(saved.scalars).toEqual({ '0.step': 3, '1.step': 3 });

    const copies = params.map((p) => p.detach().clone().realize().requiresGrad_());
    const other = build(copies);
    other.loadStateDict(saved);
    for (let i = 0; i < 2; i++) {
      await pull(optimizer, params);
      await pull(other, copies);
    }
    expect(await values(copies)).toEqual(await values(params));
    expect(other.stateDict().scalars).toEqual({ '0.step': 5, '1.step': 5 });
  });

  it('are alive: cloned, they are a snapshot to return to', async () => {
    const param = makeParam([1]);
    const optimizer = new SGD([param], { lr: 0.1, momentum: 0.5 });
    await pull(optimizer, [param]);
    const { state, groups, scalars } = optimizer.stateDict();
    const snapshot = {
      groups,
      scalars: { ...scalars },
      state: new Map([...state].map(([k, v]) => [k, v.clone()])),
    };
    const before = await snapshot.state.get('0.momentumBuffer')!.tolist();
    await pull(optimizer, [param]);
    expect(await state.get('0.momentumBuffer')!.tolist()).not.toEqual(before);
    optimizer.loadStateDict(snapshot);
    expect(await state.get('0.momentumBuffer')!.tolist()).toEqual(before);
  });

  it('that do not fit are refused as a whole', async () => {
    const params = [makeParam(), makeParam([4])];
    const optimizer = build(params);
    await pull(optimizer, params);
    const good = optimizer.stateDict();
    const refuse = (change: Partial<OptimizerStateDict>, message: string) => {
      expect(() => optimizer.loadStateDict({ ...good, ...change })).toThrow(StateDictError);
      expect(() => optimizer.checkStateDict({ ...good, ...change })).toThrow(message);
    };
    refuse({ groups: good.groups.slice(1) }, 'it has 1 groups, expected 2');
    refuse(
      { groups: [good.groups[0], { ...good.groups[1], params: [1, 2] }] },
      'group 1 has 2 parameters, expected 1',
    );
    const { amsgrad: _, ...rest } = good.groups[0];
    refuse(
      { groups: [{ ...rest, amsgard: true }, good.groups[1]] },
      "group 0 has the unknown setting 'amsgard' (did you mean 'amsgrad'?); group 0 lacks the setting 'amsgrad'",
    );
    const state = new Map(good.state);
    state.delete('0.expAvg');
    state.set('1.expAvg', zeros([2], { dtype: 'float64' }));
    state.set('7.expAvg', zeros(1));
    refuse(
      { state },
      "'0.expAvg' is missing; '1.expAvg' is float64 [2], expected float32 [1]; '7.expAvg' is unknown",
    );
    refuse({ scalars: { '0.step': 1 } }, "'1.step' is missing");
    expect(optimizer.stateDict().scalars).toEqual({ '0.step': 1, '1.step': 1 });
  });
});
