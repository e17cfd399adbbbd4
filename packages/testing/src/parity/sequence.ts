/** Layers whose calls take and give several tensors, for sequences above all, against PyTorch: results, gradients, text. */

import { isFloat } from '@tenfold/ir';
import type { Module } from '@tenfold/nn';
import { utils } from '@tenfold/nn';
import { Tensor } from '@tenfold/tensor';
import { expect, it } from 'vitest';
import type { ModuleCallRecord, ModuleRecord } from '../fixtures.ts';
import { backwardFrom, differencesFrom, gradientDifferences, revive, tensorOf, tensorsIn } from './calls.ts';
import { canHold, onDevice } from './device.ts';
import { buildModule, stateOf } from './modules.ts';

async function callProblems(module: Module, call: ModuleCallRecord): Promise<string[]> {
  const problems: string[] = [];
  const note = (what: string, lines: readonly string[]) =>
    problems.push(...lines.map((line) => `${what}: ${line}`));
  module.train(call.mode === 'train');
  module.zeroGrad();
  const inputs = call.inputs.map((record, i) => tensorOf(record, Boolean(call.grads?.[i])));
  const outputs = tensorsIn(module.forward(...call.args.map((arg) => packed(revive(arg, inputs)))));
  if (outputs.length !== call.out.length) return [`${outputs.length} results, expected ${call.out.length}`];
  for (const [j, out] of outputs.entries()) note(`result ${j}`, await differencesFrom(call.out[j], out));
  backwardFrom(outputs.filter(({ dtype }) => isFloat(dtype)));
  for (const [i, expected] of (call.grads ?? []).entries()) {
    if (expected === null) continue;
    const { grad } = inputs[i];
    note(`gradient of input ${i}`, grad ? await gradientDifferences(expected, grad) : ['there is none']);
  }
  for (const [name, parameter] of module.namedParameters()) {
    const expected = call.params[name];
    const { grad } = parameter;
    if (grad && expected) note(`gradient of ${name}`, await gradientDifferences(expected, grad));
    else if (grad || expected) note(`gradient of ${name}`, [grad ? 'expected none' : 'there is none']);
  }
  return problems;
}

/** A padded batch that is to be packed, in the place of its record. */
function packed(arg: unknown): unknown {
  if (typeof arg !== 'object' || arg === null || !('packed' in arg)) return arg;
  const { packed: input, lengths, ...options } = arg as { packed: unknown; lengths: number[] };
  if (!(input instanceof Tensor)) throw new Error('what is packed is a tensor');
  return utils.rnn.packPaddedSequence(input, lengths, options);
}

/** Everything in which a layer differs from its record. */
export async function moduleProblems({ layer, args, state, text, calls }: ModuleRecord): Promise<string[]> {
  const module = buildModule([layer, args]);
  const problems: string[] = [];
  const keys = [...module.stateDict().keys()];
  if (String(keys) !== String(Object.keys(state)))
    problems.push(`keys ${keys}, expected ${Object.keys(state)}`);
  if (text !== undefined && String(module) !== text)
    problems.push(`prints ${String(module)}, expected ${text}`);
  module.loadStateDict(stateOf(state));
  for (const [i, call] of calls.entries()) {
    problems.push(...(await callProblems(module, call)).map((line) => `call ${i} (${call.mode}): ${line}`));
  }
  return problems;
}

/** Layers for sequences on a device that is registered. */
export function sequenceParity(device: string, wanted: (layer: string) => boolean = () => true): void {
  onDevice(device, 'sequence', (records) => {
    const cases = records
      .filter((record) => wanted(record.layer) && canHold(device)(record))
      .map((record) => [`${record.layer}(${JSON.stringify(record.args)})`, record] as const);
    it.each(cases)('%s', async (_, record) => {
      expect(await moduleProblems(record)).toEqual([]);
    });
  });
}
