/** The WGSL of contractions in every shape: valid at the minimum limits however operands are spread, and read in snapshots. */

import type { ContractKernel } from '@tenfold/ir';
import { describe, expect, it } from 'vitest';
import { MINIMUM_TARGET } from '../src/target.ts';
import type { SubgroupMatrix, Target } from '../src/target.ts';
import type { TuningStep } from '../src/tuning/steps.ts';
import { LANES, MATRICES, TILES } from './support/contract-steps.ts';
import { nullDevice, shadersOf, validate } from './support/null-device.ts';
import { FEW_ROWS, PRODUCTS, product } from './support/products.ts';

const device = await nullDevice();

function shaders(
  kernel: ContractKernel,
  steps: readonly TuningStep[] | undefined,
  target: Target = MINIMUM_TARGET,
) {
  const tuning = { stepsFor: () => steps };
  return [
    ...shadersOf(kernel, target, 'one slab', 1, tuning),
    ...shadersOf(kernel, target, 'a slab each', 3, tuning),
  ];
}

describe.each(Object.entries(TILES))('%s', (_, steps) => {
  it.each(PRODUCTS)('$name is valid', ({ kernel }) =>
    expect(validate(device, shaders(kernel, steps))).resolves.toBeUndefined(),
  );
});

describe.each(Object.entries(LANES))('%s', (_, steps) => {
  it.each(FEW_ROWS)('$name is valid', ({ kernel }) =>
    expect(validate(device, shaders(kernel, steps))).resolves.toBeUndefined(),
  );
});

describe.each(Object.entries(LANES))('%s, with subgroups', (_, steps) => {
  const target: Target = { ...MINIMUM_TARGET, subgroups: { min: 4, max: 128, ids: true } };
  it.each(FEW_ROWS)('$name is valid', async ({ kernel }) => {
    const withSubgroups = await nullDevice(['subgroups']);
    await expect(validate(withSubgroups, shaders(kernel, steps, target))).resolves.toBeUndefined();
  });
});

describe('matrix units', () => {
  const half = (m: number, n: number, k: number, layout: string) =>
    product({ m, n, k, layout, dtype: 'float16' });
  const cases = [half(96, 80, 64, 'NN'), half(33, 70, 50, 'NT'), half(64, 40, 100, 'TN')];
  const targetOf = (unit: SubgroupMatrix, max: number): Target => ({
    ...MINIMUM_TARGET,
    f16: true,
    subgroups: { min: 4, max, ids: true },
    subgroupMatrix: unit,
  });

  it.each([
    { unit: { m: 16, n: 16, k: 16 }, max: 32 },
    { unit: { m: 8, n: 8, k: 8 }, max: 32 },
    { unit: { m: 16, n: 8, k: 16 }, max: 64 },
  ])('of $unit.m x $unit.n x $unit.k, subgroups up to $max', async ({ unit, max }) => {
    const target = targetOf(unit, max);
    const features = ['shader-f16', 'subgroups', 'chromium-experimental-subgroup-matrix'];
    const daring = await nullDevice(features);
    for (const { kernel } of cases) {
      const texts = [shaders(kernel, undefined, target), shaders(kernel, MATRICES, target)].flat();
      expect(texts.some(({ code }) => code.includes('subgroupMatrixMultiplyAccumulate'))).toBe(true);
      await validate(daring, texts);
    }
  });

  it('are not asked for float32, nor where a hint asks for high precision', () => {
    const target = targetOf({ m: 16, n: 16, k: 16 }, 32);
    const { kernel } = half(64, 64, 64, 'NN');
    const code = (it: ContractKernel) => shaders(it, MATRICES, target)[0].code;
    expect(code(kernel)).toContain('subgroupMatrix');
    expect(code({ ...kernel, hint: { precision: 'high' } })).not.toContain('subgroupMatrix');
    expect(code(product({ m: 64, n: 64, k: 64 }).kernel)).not.toContain('subgroupMatrix');
  });
});

describe('generated code', () => {
  it('of a product by tiles', async () => {
    const { kernel } = product({ m: 64, n: 128, k: 256, layout: 'NT' });
    const [{ code }] = shaders(kernel, TILES['tiles of 32x32']);
    await expect(code).toMatchFileSnapshot('generated-code/product-by-tiles.wgsl');
  });

  it('of a product of two rows', async () => {
    const { kernel } = product({ m: 2, n: 128, k: 256, layout: 'NT' });
    const [{ code }] = shaders(kernel, LANES['lanes of 4, four along k']);
    await expect(code).toMatchFileSnapshot('generated-code/product-of-two-rows.wgsl');
  });
});
