/** The networks of the examples train on WebGPU as they do on the CPU: a hundred losses, each within a thousandth. */

import { manualSeed, optim, setDefaultDevice, webgpu, zeros } from 'tenfold';
import type { Tensor } from 'tenfold';
import { describe, expect, test } from 'vitest';
import { CharacterTransformer } from '../../src/lib/character-transformer.ts';
import { Vocabulary, randomPieces } from '../../src/lib/characters.ts';
import { shuffled, toSamples, trainBatch } from '../../src/lib/classifier.ts';
import { generateDigits } from '../../src/lib/digits.ts';
import { MODELS } from '../../src/lib/models.ts';
import { seededRandom } from '../../src/lib/random.ts';
import { generateTales } from '../../src/lib/tales.ts';
import { trainOnPieces } from '../../src/lib/writing.ts';
import { runExample } from '../support/run.ts';

const STEPS = 100;
const BATCH = 16;

await webgpu();

/** The losses of training that `start` begins on the default device; its result makes one step. */
async function lossesOn(device: string, start: () => (step: number) => Promise<Tensor>): Promise<number[]> {
  setDefaultDevice(device);
  manualSeed(0);
  const train = start();
  const losses: Tensor[] = [];
  const { counters } = zeros([1]).home;
  const { reads } = counters;
  for (let step = 0; step < STEPS; step++) losses.push(await train(step));
  const waits = device === 'webgpu' ? counters.reads - reads : 0;
  expect(waits, 'reads while training').toBe(0);
  return Promise.all(losses.map((loss) => loss.item()));
}

async function expectSameLosses(start: () => (step: number) => Promise<Tensor>): Promise<void> {
  const expected = await lossesOn('cpu', start);
  const actual = await lossesOn('webgpu', start);
  expect(expected[STEPS - 1]).toBeLessThan(expected[0] * 0.8);
  expect(Math.max(...actual.map((loss, i) => Math.abs(loss - expected[i])))).toBeLessThan(1e-3);
}

describe('losses on WebGPU are those on the CPU', () => {
  test.each(['mlp', 'lenet'] as const)('%s on digits', (name) => {
    const digits = generateDigits(STEPS * BATCH, 1);
    return expectSameLosses(() => {
      const model = MODELS[name]();
      const optimizer = new optim.Adam(model.parameters(), { lr: 2e-3 });
      const samples = toSamples(digits);
      const order = shuffled(samples.count, seededRandom(1));
      return (step) => trainBatch(model, optimizer, samples, order.slice(step * BATCH, (step + 1) * BATCH));
    });
  });

  test('the transformer on tales', () => {
    const text = generateTales(20_000, 1);
    const vocabulary = new Vocabulary(text);
    const numbers = vocabulary.encode(text);
    return expectSameLosses(() => {
      const context = 32;
      const model = new CharacterTransformer({
        vocabulary: vocabulary.size,
        context,
        width: 32,
        layers: 2,
        heads: 4,
      });
      const optimizer = new optim.AdamW(model.parameters(), { lr: 3e-3, weightDecay: 0.01 });
      const random = seededRandom(2);
      return () =>
        trainOnPieces({ model, vocabulary, context }, optimizer, randomPieces(numbers, 8, context, random));
    });
  });
});

describe('the programs take --device webgpu', () => {
  test.each([
    ['xor', ['--steps', '200'], /a xor b/],
    ['polynomial', ['--steps', '1000'], /step 1000: mean squared error 0\.0044\d\d/],
    ['experts', ['--steps', '400'], /x < 0, y < 0/],
    [
      'text',
      ['--model', 'lstm', '--steps', '5', '--context', '8', '--layers', '1', '--length', '5'],
      /validation loss \d/,
    ],
    ['demo', [], /test accuracy 9[789]\.\d %/],
  ] as const)('%s', async (name, args, result) => {
    const { code, stdout, stderr } = await runExample(name, ...args, '--device', 'webgpu');
    expect(stderr.replaceAll(/^Warning: .*$/gm, '').trim()).toBe('');
    expect(stdout).toMatch(result);
    expect(code).toBe(0);
  });
});
