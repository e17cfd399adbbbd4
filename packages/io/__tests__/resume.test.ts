/** A training that is interrupted, saved and resumed elsewhere ends exactly where the uninterrupted one ends. */

import '@tenfold/autograd';
import '@tenfold/backend-cpu';
import { StateDictError } from '@tenfold/ir';
import { Dropout, Linear, ReLU, Sequential, functional } from '@tenfold/nn';
import { AdamW } from '@tenfold/optim';
import { defaultGenerator, manualSeed } from '@tenfold/tensor';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadCheckpoint, saveCheckpoint } from '../src/index.ts';
import { tempFolder } from './helpers/temp-folder.ts';
import { contentOf, floats } from './helpers/tensors.ts';

const inputs = floats(
  Array.from({ length: 32 }, (_, i) => Math.sin(i)),
  [8, 4],
);
const targets = floats(
  Array.from({ length: 16 }, (_, i) => Math.cos(i)),
  [8, 2],
);

function start(hidden = 6) {
  const model = new Sequential(new Linear(4, hidden), new ReLU(), new Dropout(0.25), new Linear(hidden, 2));
  const optimizer = new AdamW(model.parameters(), { lr: 0.01 });
  return { model, optimizer };
}

async function train({ model, optimizer }: ReturnType<typeof start>, steps: number): Promise<void> {
  for (let step = 0; step < steps; step++) {
    optimizer.zeroGrad();
    functional.mseLoss(model.forward(inputs), targets).backward();
    await optimizer.step();
  }
}

describe('resuming', () => {
  it('gives the weights of the uninterrupted training, bit for bit', async () => {
    const path = join(await tempFolder(), 'run.safetensors');
    manualSeed(1);
    const whole = start();
    await train(whole, 5);
    await saveCheckpoint(path, { ...whole, rng: defaultGenerator, step: 5 });
    await train(whole, 5);

    manualSeed(2);
    const resumed = start();
    const checkpoint = await loadCheckpoint(path);
    await checkpoint.restore({ ...resumed, rng: defaultGenerator });
    await train(resumed, 10 - checkpoint.step);
    expect(await contentOf(resumed.model.stateDict())).toEqual(await contentOf(whole.model.stateDict()));
  });

  it('changes neither model nor optimizer nor random state when the model has another size', async () => {
    const path = join(await tempFolder(), 'run.safetensors');
    manualSeed(1);
    const small = start();
    await train(small, 2);
    await saveCheckpoint(path, { ...small, rng: defaultGenerator, step: 2 });

    const large = start(7);
    const before = await contentOf(large.model.stateDict());
    const randomState = defaultGenerator.getState();
    const restoring = (await loadCheckpoint(path)).restore({ ...large, rng: defaultGenerator });
    await expect(restoring).rejects.toBeInstanceOf(StateDictError);
    await expect(restoring).rejects.toThrow('"0.weight" is float32 [6, 4], expected float32 [7, 4]');
    expect(await contentOf(large.model.stateDict())).toEqual(before);
    expect(defaultGenerator.getState()).toEqual(randomState);
  });

  it('refuses the state of another optimizer before the model is changed', async () => {
    const path = join(await tempFolder(), 'run.safetensors');
    const trained = start();
    await train(trained, 1);
    await saveCheckpoint(path, { ...trained, step: 1 });

    const { model } = start();
    const before = await contentOf(model.stateDict());
    const optimizer = new AdamW([...model.parameters()].slice(0, 2), { lr: 0.01 });
    const restoring = (await loadCheckpoint(path)).restore({ model, optimizer });
    await expect(restoring).rejects.toThrow('the optimizer does not fit');
    expect(await contentOf(model.stateDict())).toEqual(before);
  });
});
