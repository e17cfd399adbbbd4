/** Samples of PyTorch's table of modules: built, loaded with a state and called as there; results and gradients. */

import * as nn from '@tenfold/nn';
import type { Tensor } from '@tenfold/tensor';
import { expect, it } from 'vitest';
import type { ArrayRecord, ModuleSample } from '../../fixtures.ts';
import { backwardFrom, tensorOf, tensorsIn } from '../calls.ts';
import { canHold, onDevice } from '../device.ts';
import { stateOf } from '../modules.ts';
import { deviationOf } from './deviations.ts';
import { loadSurface } from './load-surface.ts';
import { labelOf } from './replay.ts';
import { differencesOf } from './results.ts';
import type { SurfaceSignature } from './surface-types.ts';
import { camelCase, translate, valueOf } from './translate.ts';

/** Modules on a device that is registered, one test a class. */
export function moduleSampleParity(device: string): void {
  onDevice(device, 'opinfo/modules', async (samples) => {
    const surface = await loadSurface();
    const names = [...new Set(samples.map(({ op }) => op))].filter((op) => nameOf(op) in surface.nn);
    it.each(names)('%s', async (op) => {
      const problems: string[] = [];
      for (const sample of samples.filter((each) => each.op === op).filter(canHold(device))) {
        if (deviationOf(sample)) continue;
        const lines = await problemsOf(sample, surface.nn[nameOf(op)]);
        problems.push(...lines.map((line) => `${labelOf(sample)}: ${line}`));
      }
      expect(problems).toEqual([]);
    });
  });
}

/** `nn.Linear` is `Linear`. */
function nameOf(op: string): string {
  return op.slice(op.indexOf('.') + 1);
}

function build(
  { op, args }: ModuleSample,
  signatures: readonly SurfaceSignature[],
  tensors: readonly Tensor[],
): nn.Module {
  const named = Object.fromEntries(
    Object.entries(args).map(([key, value]) => [key, valueOf(value, tensors)]),
  );
  const translated = translate(op, signatures, named);
  if ('problem' in translated) throw new Error(`cannot be built so: ${translated.problem}`);
  const constructor: unknown = Reflect.get(nn, nameOf(op));
  if (typeof constructor !== 'function') throw new Error(`there is no ${op}`);
  const made: unknown = Reflect.construct(constructor, [...translated.args]);
  if (!(made instanceof nn.Module)) throw new Error(`${op} is no module`);
  return made;
}

function call(module: nn.Module, { forward, options }: ModuleSample, tensors: readonly Tensor[]): unknown {
  const f: unknown = Reflect.get(module, 'forward');
  if (typeof f !== 'function') throw new Error('the module cannot be called');
  const args = forward.map((arg) => valueOf(arg, tensors) ?? undefined);
  const named = Object.entries(options ?? {}).map(([key, value]) => [
    camelCase(key),
    valueOf(value, tensors),
  ]);
  return Reflect.apply(f, module, named.length > 0 ? [...args, Object.fromEntries(named)] : args);
}

async function problemsOf(sample: ModuleSample, signatures: readonly SurfaceSignature[]): Promise<string[]> {
  try {
    const inputs = sample.inputs.map((x, i) => tensorOf(x, Boolean(sample.grads[i])));
    const module = build(sample, signatures, inputs);
    module.train(sample.mode === 'train');
    module.loadStateDict(stateOf(sample.state));
    const outputs = tensorsIn(call(module, sample, inputs));
    if (outputs.length !== sample.out.length)
      return [`${outputs.length} results, expected ${sample.out.length}`];
    const problems: string[] = [];
    const note = (what: string, lines: readonly string[]) =>
      problems.push(...lines.map((line) => `${what}: ${line}`));
    for (const [j, out] of outputs.entries()) {
      const error = sample.errors?.[j];
      note(
        `result ${j}`,
        await differencesOf(sample.out[j], out, { family: 'windowed', kind: 'forward', error }),
      );
    }
    if (outputs.some((out) => out.requiresGrad)) backwardFrom(outputs);
    for (const [i, expected] of sample.grads.entries())
      note(`gradient ${i}`, await gradientProblems(expected, inputs[i].grad, sample.gradErrors?.[i]));
    const parameters = new Map(module.namedParameters());
    for (const [name, expected] of Object.entries(sample.params)) {
      const { grad = null } = parameters.get(name) ?? {};
      note(`gradient of ${name}`, await gradientProblems(expected, grad, sample.paramErrors?.[name]));
    }
    return problems;
  } catch (error) {
    return [error instanceof Error ? `${error.name}: ${error.message}` : String(error)];
  }
}

async function gradientProblems(
  expected: ArrayRecord | null,
  grad: Tensor | null,
  error: number | null | undefined,
): Promise<string[]> {
  if (expected === null) return [];
  return grad
    ? differencesOf(expected, grad, { family: 'windowed', kind: 'backward', error })
    : ['there is none'];
}
