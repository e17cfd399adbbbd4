/** Contractions in shapes that cut them up more than their sizes ask for, so that there are edges, masks and parts. */

import { checkKernel } from '@tenfold/testing';
import { afterAll, describe, it } from 'vitest';
import { webgpuBackend } from '../../src/index.ts';
import type { TuningStep } from '../../src/tuning/steps.ts';
import { LANES, TILES } from '../support/contract-steps.ts';
import type { ProductCase } from '../support/products.ts';
import { FEW_ROWS, PRODUCTS } from '../support/products.ts';

let steps: readonly TuningStep[] = [];
const backend = await webgpuBackend({ tuning: { stepsFor: () => steps } });
afterAll(() => backend.dispose());

const tolerance = { rtol: 5e-5, atol: 5e-5 };

/** Drivers take long to compile, so that each shape has some of the cases; the null backend validates all of them. */
const some = (cases: readonly ProductCase[], every: number, first: number) =>
  cases.filter((_, i) => i % every === first);

describe.each([
  { shape: 'tiles of 32x32', cases: PRODUCTS },
  { shape: 'tiles of 16x64, k in four parts', cases: some(PRODUCTS, 6, 1) },
  { shape: 'tiles of 64x64 in registers of 8x8', cases: some(PRODUCTS, 8, 2) },
  ...Object.keys(LANES).map((shape, i) => ({ shape, cases: some(FEW_ROWS, 2, i % 2) })),
])('$shape', ({ shape, cases }) => {
  it.each(cases)('$name', async ({ kernel, launch }) => {
    steps = { ...TILES, ...LANES }[shape];
    await checkKernel(backend, kernel, launch, { tolerance });
  });
});
