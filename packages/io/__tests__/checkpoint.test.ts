/** Checkpoints: what is saved comes back, and what does not fit changes nothing. */

import { ArgumentError, FormatError, StateDictError } from '@tenfold/ir';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  loadCheckpoint,
  loadSafetensors,
  openSafetensors,
  saveCheckpoint,
  serializeCheckpoint,
  serializeStateDict,
} from '../src/index.ts';
import type { Json } from '../src/index.ts';
import { GroupHolder, Holder, RngHolder } from './helpers/holders.ts';
import { tempFolder } from './helpers/temp-folder.ts';
import { contentOf, floats, ofType } from './helpers/tensors.ts';

function trained() {
  return {
    model: new Holder({ 'fc.weight': floats([1, 2, 3, 4], [2, 2]), 'fc.bias': floats([5, 6]) }),
    optimizer: new GroupHolder({
      state: new Map([
        ['0.expAvg', floats([0.1, 0.2, 0.3, 0.4], [2, 2])],
        ['1.expAvg', floats([0.5, 0.6])],
      ]),
      groups: [{ lr: 1e-3, betas: [0.9, 0.999], nesterov: false, name: 'all', params: [0, 1] }],
      scalars: { step: 12, worst: -Infinity },
    }),
  };
}

function fresh() {
  return {
    model: new Holder({ 'fc.weight': floats([0, 0, 0, 0], [2, 2]), 'fc.bias': floats([0, 0]) }),
    optimizer: new GroupHolder({ state: new Map(), groups: [{ params: [0, 1] }], scalars: {} }),
  };
}

/** The bytes of a checkpoint whose metadata was changed. */
async function withMetadata(changes: Readonly<Record<string, string | undefined>>): Promise<Uint8Array> {
  const bytes = await serializeCheckpoint({ ...trained(), step: 1 });
  const file = await openSafetensors(bytes);
  const metadata = new Map(file.metadata);
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) metadata.delete(key);
    else metadata.set(key, value);
  }
  return serializeStateDict(await loadSafetensors(bytes), { metadata });
}

describe('checkpoints', () => {
  it('bring back model, optimizer, step, random state and the rest', async () => {
    const path = join(await tempFolder(), 'run.safetensors');
    const rng = new RngHolder({ seed: String(2n ** 64n - 1n), offset: 1024 });
    const extra: Json = { epoch: 3, best: Infinity, tags: ['a', null] };
    const before = trained();
    await saveCheckpoint(path, { ...before, step: 1200, rng, extra });

    const checkpoint = await loadCheckpoint(path);
    expect(checkpoint.version).toBe(1);
    expect(checkpoint.step).toBe(1200);
    expect(checkpoint.rng).toEqual(rng.state);
    expect(checkpoint.extra).toEqual(extra);

    const { model, optimizer } = fresh();
    const freshRng = new RngHolder({ seed: '0', offset: 0 });
    await checkpoint.restore({ model, optimizer, rng: freshRng });
    expect(freshRng.state).toEqual(rng.state);
    expect(await contentOf(model.tensors)).toEqual(await contentOf(before.model.tensors));
    expect(await contentOf(optimizer.content.state)).toEqual(await contentOf(before.optimizer.content.state));
    expect(optimizer.content.groups).toEqual(before.optimizer.content.groups);
    expect(optimizer.content.scalars).toEqual({ step: 12, worst: -Infinity });
  });

  it('are safetensors files with the weights under model.', async () => {
    const stateDict = await loadSafetensors(await serializeCheckpoint({ ...trained(), step: 0 }));
    expect([...stateDict.keys()].sort()).toEqual([
      'model.fc.bias',
      'model.fc.weight',
      'optimizer.0.expAvg',
      'optimizer.1.expAvg',
    ]);
  });

  it('hold only what was given, and restore only what is asked for', async () => {
    const weights = await loadCheckpoint(await serializeCheckpoint({ model: trained().model, step: 5 }), {
      name: 'weights.safetensors',
    });
    expect([weights.optimizer, weights.rng, weights.extra]).toEqual([undefined, undefined, undefined]);
    const { model, optimizer } = fresh();
    await expect(weights.restore({ model, optimizer })).rejects.toThrow(
      'weights.safetensors: the checkpoint was saved without optimizer; nothing was changed',
    );
    expect(model.loads).toBe(0);
    await weights.restore({ model });
    expect(model.loads).toBe(1);

    const full = await loadCheckpoint(await serializeCheckpoint({ ...trained(), step: 5 }));
    await full.restore({ model });
    expect(model.loads).toBe(2);
    const empty = await loadCheckpoint(await serializeCheckpoint({ model: new Holder({}), step: 0 }));
    expect(empty.model?.size).toBe(0);
  });

  it('refuse a model with other keys, shapes or dtypes, and change nothing', async () => {
    const checkpoint = await loadCheckpoint(await serializeCheckpoint({ ...trained(), step: 1 }), {
      name: 'run',
    });
    const model = new Holder({
      'fc.weight': floats([0, 0, 0, 0, 0, 0], [2, 3]),
      'fc.bais': floats([0, 0]),
      'norm.weight': floats([1]),
    });
    const { optimizer } = fresh();
    const restoring = checkpoint.restore({ model, optimizer });
    await expect(restoring).rejects.toBeInstanceOf(StateDictError);
    await expect(restoring).rejects.toThrow(
      'run: the model does not fit: 2 missing: "fc.bais" (is it "fc.bias"?), "norm.weight"; 1 unexpected: "fc.bias"; ' +
        '1 different: "fc.weight" is float32 [2, 2], expected float32 [2, 3]; nothing was changed',
    );
    const half = new Holder({
      'fc.weight': ofType('float16', Array<number>(8).fill(0), [2, 2]),
      'fc.bias': floats([0, 0]),
    });
    await expect(checkpoint.restore({ model: half })).rejects.toThrow('expected float16 [2, 2]');
    expect([model.loads, half.loads, optimizer.loads]).toEqual([0, 0, 0]);
  });

  it('refuse an optimizer that does not take the state, before the model is changed', async () => {
    const checkpoint = await loadCheckpoint(await serializeCheckpoint({ ...trained(), step: 1 }), {
      name: 'run',
    });
    const { model } = fresh();
    const optimizer = new GroupHolder({ state: new Map(), groups: [{}, {}], scalars: {} });
    const restoring = checkpoint.restore({ model, optimizer });
    await expect(restoring).rejects.toBeInstanceOf(StateDictError);
    await expect(restoring).rejects.toThrow(
      'run: the optimizer does not fit: 1 groups, expected 2; nothing was changed',
    );
    expect([model.loads, optimizer.loads]).toEqual([0, 0]);
  });

  it.each<[string, Readonly<Record<string, string | undefined>>, string]>([
    ['no version', { 'tenfold.checkpoint': undefined }, 'is a safetensors file, but no checkpoint'],
    ['a later version', { 'tenfold.checkpoint': '2' }, 'has checkpoint format version "2", and this version'],
    ['an absurd version', { 'tenfold.checkpoint': '1.0' }, 'has checkpoint format version "1.0"'],
    ['no state', { 'tenfold.state': undefined }, 'tenfold.state is missing'],
    ['damaged JSON', { 'tenfold.state': '{"step":' }, 'tenfold.state is not valid JSON'],
    ['a list for a state', { 'tenfold.state': '[]' }, 'tenfold.state is not an object'],
    ['no step', { 'tenfold.state': '{"model":true}' }, 'step is undefined; expected an integer'],
    ['a negative step', { 'tenfold.state': '{"model":true,"step":-1}' }, 'step is -1'],
    ['no word about the model', { 'tenfold.state': '{"step":1}' }, 'model is not a boolean'],
    [
      'tensors of an optimizer it does not have',
      { 'tenfold.state': '{"step":1,"model":true}' },
      'tensor "optimizer.0.expAvg" is part of neither',
    ],
    [
      'groups that are no list',
      { 'tenfold.state': '{"step":1,"model":true,"optimizer":{"groups":{},"scalars":{}}}' },
      'optimizer: groups is not an array',
    ],
    [
      'a setting that is an object',
      { 'tenfold.state': '{"step":1,"model":true,"optimizer":{"groups":[{"lr":{}}],"scalars":{}}}' },
      'groups[0]["lr"] is no number',
    ],
    [
      'a scalar that is a string',
      { 'tenfold.state': '{"step":1,"model":true,"optimizer":{"groups":[],"scalars":{"step":"1"}}}' },
      'scalars["step"] is not a number',
    ],
    [
      'a seed beyond 64 bits',
      { 'tenfold.state': '{"step":1,"model":true,"rng":{"seed":"18446744073709551616","offset":0}}' },
      'rng: seed is "18446744073709551616"',
    ],
    [
      'a negative offset of the random generator',
      { 'tenfold.state': '{"step":1,"model":true,"rng":{"seed":"1","offset":-1}}' },
      'rng: offset is -1',
    ],
  ])('refuse a file with %s', async (_, changes, message) => {
    const loading = loadCheckpoint(await withMetadata(changes), { name: 'run.safetensors' });
    await expect(loading).rejects.toBeInstanceOf(FormatError);
    await expect(loading).rejects.toThrow('run.safetensors: ');
    await expect(loading).rejects.toThrow(message);
  });

  it('refuse a step that is no count, and content that is no JSON', async () => {
    for (const step of [-1, 0.5, NaN, 2 ** 53]) {
      const saving = serializeCheckpoint({ step });
      await expect(saving).rejects.toBeInstanceOf(ArgumentError);
      await expect(saving).rejects.toThrow(`step is ${step}; expected an integer of at least 0`);
    }
    const extra: unknown = { at: new Date(0) };
    await expect(serializeCheckpoint({ step: 0, extra: extra as Json })).rejects.toThrow(
      '["extra"]["at"] is a Date',
    );
  });
});
