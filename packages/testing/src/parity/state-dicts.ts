/** Weights that another framework saved: through a mapper into a model, then PyTorch's logits, loss and gradients. */

import { StateDictMapper, loadSafetensors } from '@tenfold/io';
import * as nn from '@tenfold/nn';
import { functional as F } from '@tenfold/nn';
import { expect, it } from 'vitest';
import type { StateDictRecord } from '../fixtures.ts';
import { fixtureBytes } from '../fixtures.ts';
import { differencesFrom, gradientDifferences, tensorOf } from './calls.ts';
import { onDevice } from './device.ts';

async function problemsOf(model: nn.UnaryModule, record: StateDictRecord): Promise<string[]> {
  const logits = model.forward(tensorOf(record.x));
  const loss = F.crossEntropy(logits, tensorOf(record.labels));
  loss.backward();
  const problems = [
    ...(await differencesFrom(record.logits, logits)).map((line) => `logits: ${line}`),
    ...(await differencesFrom(record.loss, loss)).map((line) => `loss: ${line}`),
  ];
  for (const [name, { grad }] of model.namedParameters()) {
    const lines = grad ? await gradientDifferences(record.grads[name], grad) : ['there is none'];
    problems.push(...lines.map((line) => `gradient of ${name}: ${line}`));
  }
  return problems;
}

/** Foreign state dicts on a device that is registered. */
export function stateDictParity(device: string): void {
  onDevice(device, 'state-dicts', ({ mlp, cnn }) => {
    it('an MLP with other names and transposed kernels', async () => {
      const model = new nn.Sequential(
        new nn.Linear(6, 8),
        new nn.GELU(),
        new nn.LayerNorm(8),
        new nn.Linear(8, 4),
      );
      const mapper = new StateDictMapper()
        .excludeKeys(/^optimizer\//)
        .stripPrefix('model/')
        .transposePattern(/kernel$/)
        .rename(/^encoder\/dense_in\//, '0.')
        .rename(/^encoder\/norm\//, '2.')
        .rename(/^head\//, '3.')
        .rename(/kernel$|gamma$/, 'weight')
        .rename(/beta$/, 'bias');
      model.loadStateDict(mapper.map(await loadSafetensors(await fixtureBytes('foreign-mlp.safetensors'))));
      expect(await problemsOf(model, mlp)).toEqual([]);
    });

    it('a CNN from a module tree, with its running statistics', async () => {
      const model = new nn.Sequential(
        new nn.Conv2d(1, 4, 3, { padding: 1 }),
        new nn.BatchNorm2d(4),
        new nn.ReLU(),
        new nn.MaxPool2d(2),
        new nn.Conv2d(4, 6, 3),
        new nn.ReLU(),
        new nn.Flatten(),
        new nn.Linear(24, 5),
      );
      const mapper = new StateDictMapper()
        .stripPrefix('module.')
        .rename(/^backbone\.stem\.(\d)\./, '$1.')
        .renamePrefix('backbone.body.0.', '4.')
        .renamePrefix('classifier.', '7.');
      model.loadStateDict(mapper.map(await loadSafetensors(await fixtureBytes('foreign-cnn.safetensors'))));
      model.eval();
      expect(await model.stateDict().get('1.num_batches_tracked')?.item()).toBe(77);
      expect(await problemsOf(model, cnn)).toEqual([]);
    });
  });
}
