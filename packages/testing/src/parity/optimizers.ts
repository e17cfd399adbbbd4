/** Optimizers against PyTorch over 200 steps, and gradient clipping. */

import * as optim from '@tenfold/optim';
import { Tensor } from '@tenfold/tensor';
import { expect, it } from 'vitest';
import { isClose } from '../closeness.ts';
import type { OptimizerRecords } from '../fixtures.ts';
import { differencesFrom, invoke, revive, tensorOf } from './calls.ts';
import { onDevice } from './device.ts';

/** Rounding differs, and 200 steps carry it along. */
const TOLERANCE = { rtol: 1e-4, atol: 1e-5 };

export type Parameters = Readonly<Record<'a' | 'b' | 'c', Tensor>>;

function parametersOf({ params }: OptimizerRecords['problem']): Parameters {
  const { a, b, c } = params;
  return { a: tensorOf(a, true), b: tensorOf(b, true), c: tensorOf(c, true) };
}

/** ((tanh(x a) bᵀ + c - y)²).mean() + 0.1 Σ a⁴ */
export function lossOf({ a, b, c }: Parameters, x: Tensor, y: Tensor): Tensor {
  return x.mul(a).tanh().matmul(b.t()).add(c).sub(y).square().mean().add(a.pow(4).sum().mul(0.1));
}

interface AnyOptimizer {
  zeroGrad(): void;
  step(): unknown;
}

function isOptimizer(value: unknown): value is AnyOptimizer {
  return typeof value === 'object' && value !== null && 'zeroGrad' in value && 'step' in value;
}

export function make(name: string, params: readonly Tensor[], options: object): AnyOptimizer {
  const constructor: unknown = Reflect.get(optim, name);
  if (typeof constructor !== 'function') throw new Error(`there is no optimizer ${name}`);
  const made: unknown = Reflect.construct(constructor, [params, options]);
  if (!isOptimizer(made)) throw new Error(`${name} is no optimizer`);
  return made;
}

/** Optimizers and gradient clipping on a device that is registered. */
export function optimizerParity(device: string): void {
  onDevice(device, 'optimizers', ({ problem, trajectories, clipping }) => {
    const cases = trajectories.map(
      (record) => [`${record.optimizer} ${JSON.stringify(record.options)}`, record] as const,
    );
    it.each(cases)('%s', async (_, { optimizer, options, steps, losses, params }) => {
      const own = parametersOf(problem);
      const [x, y] = [tensorOf(problem.x), tensorOf(problem.y)];
      const opt = make(optimizer, Object.values(own), options);
      const problems: string[] = [];
      for (let step = 1; step <= Math.max(...steps); step++) {
        opt.zeroGrad();
        const loss = lossOf(own, x, y);
        loss.backward();
        await opt.step();
        const at = steps.indexOf(step);
        if (at < 0) continue;
        const value = await loss.item();
        if (!isClose(value, losses[at], TOLERANCE))
          problems.push(`step ${step}: loss ${value}, expected ${losses[at]}`);
        for (const [name, parameter] of Object.entries(own)) {
          const lines = await differencesFrom(params[at][name], parameter, TOLERANCE);
          problems.push(...lines.map((line) => `step ${step}: ${name}: ${line}`));
        }
      }
      expect(problems).toEqual([]);
    });

    const clips = clipping.map(
      (record) => [`${record.call} ${JSON.stringify(record.args)}`, record] as const,
    );
    it.each(clips)('%s', async (_, { call, args, norm, grads }) => {
      const own = parametersOf(problem);
      lossOf(own, tensorOf(problem.x), tensorOf(problem.y)).mul(5).backward();
      const result = invoke(call, [Object.values(own), ...args.map((arg) => revive(arg, []))], optim, false);
      const problems: string[] = [];
      if (norm !== null && result instanceof Tensor) {
        const value = await result.item();
        if (!isClose(value, norm, TOLERANCE)) problems.push(`norm ${value}, expected ${norm}`);
      }
      for (const [name, { grad }] of Object.entries(own)) {
        const lines = grad ? await differencesFrom(grads[name], grad, TOLERANCE) : ['there is none'];
        problems.push(...lines.map((line) => `gradient of ${name}: ${line}`));
      }
      expect(problems).toEqual([]);
    });
  });
}
