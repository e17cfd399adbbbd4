/** The WGSL of contractions in every shape: valid at the minimum limits however operands are spread, and read in snapshots. */

import { describe, expect, it } from 'vitest';
import { MINIMUM_TARGET } from '../src/target.ts';
import type { Target } from '../src/target.ts';
import type { TuningStep } from '../src/tuning/steps.ts';
import { LANES, TILES } from './support/contract-steps.ts';
import { nullDevice, shadersOf, validate } from './support/null-device.ts';
import { FEW_ROWS, PRODUCTS, product } from './support/products.ts';

const device = await nullDevice();

function shaders(
  kernel: (typeof PRODUCTS)[number]['kernel'],
  steps: readonly TuningStep[],
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
