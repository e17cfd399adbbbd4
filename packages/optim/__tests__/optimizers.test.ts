/** Optimizers and clipping against PyTorch, on stored numbers. */

import { readFileSync } from 'node:fs';
import { tensor } from '@tenfold/tensor';
import type { DType, Tensor } from '@tenfold/tensor';
import { differences } from '@tenfold/testing';
import { describe, expect, it } from 'vitest';
import {
  Adam,
  AdamW,
  SGD,
  clipGradNorm_,
  clipGradValue_,
  clipGradsWithNorm_,
  getTotalNorm,
} from '../src/index.ts';
import type { AdamOptions, SGDOptions } from '../src/index.ts';
import './support/reference-device.ts';

interface Stored {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface OptimizerCase {
  readonly optimizer: 'SGD' | 'Adam' | 'AdamW';
  readonly options: AdamOptions & SGDOptions;
  /** By step, by parameter. */
  readonly history: readonly (readonly (readonly number[])[])[];
}

interface ClippingCase {
  readonly normType: number | null;
  readonly gradients: readonly (readonly number[])[];
  readonly total: number;
  readonly clipped: readonly (readonly number[])[];
}

/** fixtures/optimizers.json, which fixtures/optimizers.py writes. */
interface Fixture {
  readonly start: readonly Stored[];
  readonly targets: readonly Stored[];
  readonly scales: readonly Stored[];
  readonly optimizers: readonly OptimizerCase[];
  readonly clipping: readonly ClippingCase[];
}

const url = new URL('fixtures/optimizers.json', import.meta.url);
const fixture = JSON.parse(readFileSync(url, 'utf8')) as Fixture;
const kinds = { SGD, Adam, AdamW };
const tolerance = { rtol: 1e-5, atol: 1e-6 };

function load(stored: Stored, dtype: DType = 'float32'): Tensor {
  return tensor([...stored.data], { dtype })
    .reshape(stored.shape)
    .realize();
}

function makeParams(dtype: DType = 'float32'): Tensor[] {
  return fixture.start.map((stored) => load(stored, dtype).requiresGrad_());
}

async function expectClose(found: Tensor | null, expected: readonly number[], what: string): Promise<void> {
  expect(differences([...((await found?.data()) ?? [])].map(Number), expected, tolerance), what).toEqual([]);
}

describe.each(
  fixture.optimizers.map((row) => [`${row.optimizer} ${JSON.stringify(row.options)}`, row] as const),
)('%s', (_, { optimizer: name, options, history }) => {
  it('takes the steps of PyTorch', async () => {
    const params = makeParams();
    const targets = fixture.targets.map((stored) => load(stored));
    const scales = fixture.scales.map((stored) => load(stored));
    const optimizer = new kinds[name](params, options);
    for (const [step, expected] of history.entries()) {
      optimizer.zeroGrad();
      const used = step < 2 ? params.slice(0, 1) : params;
      const losses = used.map((p, i) => p.sub(targets[i]).square().mul(scales[i]).sum());
      losses.reduce((a, b) => a.add(b)).backward();
      await optimizer.step();
      if (step === 2) optimizer.paramGroups[0].lr /= 2;
      for (const [i, numbers] of expected.entries())
        await expectClose(params[i], numbers, `step ${step}, ${i}`);
    }
  });
});

describe('clipping', () => {
  it.each(fixture.clipping.map((row) => [row.normType ?? Infinity, row] as const))(
    'by the norm of order %d is that of PyTorch',
    async (normType, { gradients, total, clipped }) => {
      const params = makeParams();
      params.forEach((param, i) => (param.grad = load({ shape: param.shape, data: gradients[i] })));
      const norm = clipGradNorm_(params, 1.5, { normType });
      await expectClose(norm, [total], 'norm');
      for (const [i, numbers] of clipped.entries())
        await expectClose(params[i].grad, numbers, `gradient ${i}`);
    },
  );

  it('may take the norm first, of any tensors', async () => {
    const [param] = makeParams();
    param.mul(2).sum().backward();
    const total = getTotalNorm([param.grad ?? param, tensor([5])]);
    expect(await total.item()).toBeCloseTo(7);
    clipGradsWithNorm_(param, 3.5, total);
    expect(await param.grad?.tolist()).toEqual(Array(2).fill(Array(3).fill(expect.closeTo(1, 5))));
    clipGradsWithNorm_([param], 100, total);
    expect(await param.grad?.sum().item()).toBeCloseTo(6, 4);
    expect(() => getTotalNorm([])).toThrow('getTotalNorm: got 0 tensors, expected at least one');
    expect(() => clipGradsWithNorm_(param, -1, total)).toThrow('clipGradsWithNorm_: maxNorm is -1');
  });

  it('by value bounds every element', async () => {
    const [param] = makeParams();
    param.mul(tensor([[-3, 0.1, 2], [0.5, -0.5, 9]])).sum().backward(); // prettier-ignore
    clipGradValue_(param, 0.5);
    expect(await param.grad?.tolist()).toEqual([[-0.5, 0.10000000149011612, 0.5], [0.5, -0.5, 0.5]]); // prettier-ignore
  });

  it('between backward and step is part of the step', async () => {
    const [param] = makeParams();
    const before = await param.data();
    const optimizer = new SGD([param], { lr: 1 });
    param.mul(100).sum().backward();
    const { runs } = param.home.counters;
    const norm = clipGradNorm_([param], 1);
    optimizer.step();
    expect(param.home.counters.runs).toBe(runs + 1);
    const moved = [...(await param.data())].map((x, i) => Number(before[i]) - Number(x));
    const share = 1 / Math.sqrt(6);
    expect(differences(moved, new Array<number>(6).fill(share), { rtol: 1e-4, atol: 0 })).toEqual([]);
    expect(await norm.item()).toBeCloseTo(100 * Math.sqrt(6), 3);
  });

  it('asks for gradients', () => {
    expect(() => clipGradNorm_(makeParams(), 1)).toThrow(
      'no parameter has a gradient; call backward() first',
    );
    expect(() => clipGradNorm_(makeParams(), NaN)).toThrow('maxNorm is NaN, expected a number of at least 0');
    expect(() => clipGradValue_(makeParams(), -1)).toThrow(
      'clipValue is -1, expected a number of at least 0',
    );
  });
});
