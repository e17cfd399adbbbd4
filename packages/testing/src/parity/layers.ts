/** Layers against PyTorch: results, gradients, running statistics, default initialisation. */

import { manualSeed } from '@tenfold/tensor';
import { expect, it } from 'vitest';
import type { InitRecord, LayerRecord } from '../fixtures.ts';
import { backwardFrom, differencesFrom, gradientDifferences, tensorOf } from './calls.ts';
import { onDevice } from './device.ts';
import { buildModule, stateOf, unary } from './modules.ts';

async function problemsOf({ layer, args, text, state, calls }: LayerRecord): Promise<string[]> {
  const module = unary(buildModule([layer, args]));
  module.loadStateDict(stateOf(state));
  let present = state;
  const problems: string[] = [];
  const note = (what: string, lines: readonly string[]) =>
    problems.push(...lines.map((line) => `${what}: ${line}`));
  if (text !== undefined && String(module) !== text) note('printed', [`${String(module)}, expected ${text}`]);
  for (const [i, call] of calls.entries()) {
    const label = `call ${i} (${call.mode})`;
    module.train(call.mode === 'train');
    module.zeroGrad();
    const input = tensorOf(call.input, call.grad !== undefined);
    const out = module.forward(input);
    note(`${label}: result`, await differencesFrom(call.out, out));
    if (out.requiresGrad) backwardFrom([out]);
    if (call.grad && input.grad)
      note(`${label}: input gradient`, await gradientDifferences(call.grad, input.grad));
    for (const [name, parameter] of module.namedParameters()) {
      const expected = call.params[name];
      if (!parameter.grad || !expected) note(`${label}: ${name}`, ['gradient missing']);
      else note(`${label}: gradient of ${name}`, await gradientDifferences(expected, parameter.grad));
    }
    present = call.state ?? present;
    const after = module.stateDict();
    for (const [name, expected] of Object.entries(present)) {
      const value = after.get(name);
      note(`${label}: ${name}`, value ? await differencesFrom(expected, value) : ['not in the state dict']);
    }
  }
  return problems;
}

/** Compares the moments and ends of a sample of ours with those of a sample of PyTorch's. */
async function initProblems({ layer, args, parameters }: InitRecord): Promise<string[]> {
  const samples = new Map<string, number[]>();
  for (let i = 0; i < 8; i++) {
    for (const [name, parameter] of buildModule([layer, args]).namedParameters()) {
      const values = Array.from(await parameter.data(), Number);
      samples.set(name, (samples.get(name) ?? []).concat(values));
    }
  }
  return Object.entries(parameters).flatMap(([name, expected]) => {
    const values = samples.get(name);
    if (!values) return [`${name}: no such parameter`];
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const std = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1));
    const problems: string[] = [];
    const near = (what: string, actual: number, wanted: number, allowed: number) => {
      if (!(Math.abs(actual - wanted) <= allowed))
        problems.push(`${name}: ${what} is ${actual}, expected ${wanted}`);
    };
    const error = (7 * expected.std) / Math.sqrt(values.length) + 1e-6;
    near('mean', mean, expected.mean, error);
    near('deviation', std, expected.std, error);
    // A uniform distribution has sharp ends; a normal one's extremes vary.
    const isUniform = expected.max < 2 * expected.std;
    const low = values.reduce((a, b) => Math.min(a, b));
    const high = values.reduce((a, b) => Math.max(a, b));
    near('least', low, expected.min, isUniform ? 0.03 * expected.std + 1e-6 : expected.std * 2);
    near('greatest', high, expected.max, isUniform ? 0.03 * expected.std + 1e-6 : expected.std * 2);
    return problems;
  });
}

function named<R extends LayerRecord | InitRecord>(records: readonly R[]): [string, R][] {
  return records.map((record) => [`${record.layer}(${JSON.stringify(record.args)})`, record]);
}

/** Layers and their initialisation on a device that is registered. */
export function layerParity(device: string): void {
  for (const name of ['layers', 'vision-layers'] as const) {
    onDevice(device, name, (records) => {
      it.each(named(records))('%s', async (_, record) => {
        expect(await problemsOf(record)).toEqual([]);
      });
    });
  }

  for (const name of ['inits', 'sequence-inits', 'vision-inits'] as const) {
    onDevice(device, name, (records) => {
      it.each(named(records))('%s', async (_, record) => {
        manualSeed(1);
        expect(await initProblems(record)).toEqual([]);
      });
    });
  }
}
