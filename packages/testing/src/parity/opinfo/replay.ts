/** Replays samples of PyTorch's table of operations through Tenfold, and says in what results and gradients differ. */

import { DeviceError, defaultDevice, getDevice } from '@tenfold/ir';
import type { Tensor } from '@tenfold/tensor';
import type { ArrayRecord, OpCall, OpFamily, OpSample } from '../../fixtures.ts';
import { recordScalars } from '../../fixtures.ts';
import { backwardFrom, tensorOf } from '../calls.ts';
import type { Operation } from './operations.ts';
import { aspectDifferences, differencesOf, outputsOf } from './results.ts';
import { translate, valueOf } from './translate.ts';

/** A call as a short text. */
export function labelOf({ op, args, inputs }: OpCall): string {
  const shown = Object.entries(args).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  const tensors = inputs.map(({ dtype, shape }) => `${dtype ?? ''}[${shape}]`);
  return `${op}(${shown.join(', ')}) on ${tensors.join(', ')}`;
}

/** Calls our operation as a record calls PyTorch's. Throws where no signature takes the arguments. */
export function perform(operation: Operation, { op, args }: OpCall, tensors: readonly Tensor[]): unknown {
  const named = Object.fromEntries(
    Object.entries(args).map(([key, value]) => [key, valueOf(value, tensors)]),
  );
  const translated = translate(op, operation.signatures, named);
  if ('problem' in translated)
    throw new Error(`${operation.name} cannot be called so: ${translated.problem}`);
  return operation.call(translated.args);
}

/** In what a sample's result and gradients differ from PyTorch's. */
export async function sampleProblems(
  operation: Operation,
  sample: OpSample,
  family: OpFamily,
): Promise<string[]> {
  try {
    const inputs = sample.inputs.map((x, i) => tensorOf(x, Boolean(sample.grads?.[i])));
    const result = await perform(operation, sample, inputs);
    if (!sample.out) return valueProblems(sample.value, result);
    const outputs = outputsOf(sample, result);
    if (typeof outputs === 'string') return [outputs];
    if (outputs.length !== sample.out.length)
      return [`${outputs.length} results, expected ${sample.out.length}`];
    const problems: string[] = [];
    for (const [j, out] of outputs.entries()) {
      const lines = sample.random
        ? aspectDifferences(sample.out[j], out)
        : await differencesOf(sample.out[j], out, { family, kind: 'forward', error: sample.errors?.[j] });
      problems.push(...lines.map((line) => `result ${j}: ${line}`));
    }
    return problems.length > 0 ? problems : await gradientProblems(sample, inputs, outputs, family);
  } catch (error) {
    if (isBeyondDevice(error)) return [];
    return [error instanceof Error ? `${error.name}: ${error.message}` : String(error)];
  }
}

/** Matrices are decomposed on the CPU alone; elsewhere an error says so. */
function isBeyondDevice(error: unknown): boolean {
  return error instanceof DeviceError && !getDevice(defaultDevice()).backend.caps.hostRoutines;
}

async function gradientProblems(
  { grads, gradErrors }: OpSample,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  family: OpFamily,
): Promise<string[]> {
  if (!grads) return [];
  if (!outputs.some((out) => out.requiresGrad)) {
    const isZero = grads.every((grad) => grad === null || zeroProblems(grad).length === 0);
    return isZero ? [] : ['no result has a gradient'];
  }
  backwardFrom(outputs);
  const problems: string[] = [];
  for (const [i, expected] of grads.entries()) {
    if (expected === null) continue;
    const { grad } = inputs[i];
    const error = gradErrors?.[i];
    const lines = grad
      ? await differencesOf(expected, grad, { family, kind: 'backward', error })
      : zeroProblems(expected);
    problems.push(...lines.map((line) => `gradient ${i}: ${line}`));
  }
  return problems;
}

/** A result that does not depend on an input may give it no gradient where PyTorch gives zeros. */
function zeroProblems(expected: ArrayRecord): string[] {
  return recordScalars(expected).every((x) => Number(x) === 0) ? [] : ['there is none'];
}

function valueProblems(expected: unknown, result: unknown): string[] {
  const [wanted, found] = [expected, result].map((value) => JSON.stringify(value));
  return wanted === found ? [] : [`gives ${found}, expected ${wanted}`];
}
