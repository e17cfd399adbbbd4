/** Contractions in shapes that cut them up more than their sizes ask for, so that there are edges, masks and parts. */

import { checkKernel } from '@tenfold/testing';
import { afterAll, describe, it } from 'vitest';
import { webgpuBackend } from '../../src/index.ts';
import type { TuningStep } from '../../src/tuning/steps.ts';
import { LANES, TILES } from '../support/contract-steps.ts';
import type { ProductCase } from '../support/products.ts';
import { FEW_ROWS, PRODUCTS } from '../support/products.ts';

let steps: readonly TuningStep[] = [];
const tuning = { stepsFor: () => steps };
const backends = [await webgpuBackend({ tuning }), await webgpuBackend({ tuning, features: [] })];
afterAll(() => backends.forEach((backend) => backend.dispose()));

const tolerance = { rtol: 5e-5, atol: 5e-5 };

/** Drivers take long to compile, so that each shape has some of the cases; the null backend validates all of them. */
const some = (cases: readonly ProductCase[], every: number, first: number) =>
  cases.filter((_, i) => i % every === first);

describe.each([
  { shape: 'tiles of 32x32', cases: PRODUCTS, bare: false },
  { shape: 'tiles of 16x64, k in four parts', cases: some(PRODUCTS, 6, 1), bare: true },
  { shape: 'tiles of 64x64 in registers of 8x8', cases: some(PRODUCTS, 8, 2), bare: false },
  ...Object.keys(LANES).map((shape, i) => ({ shape, cases: some(FEW_ROWS, 3, i % 3), bare: false })),
  ...Object.keys(LANES).map((shape, i) => ({ shape, cases: some(FEW_ROWS, 5, i), bare: true })),
])('$shape, without features: $bare', ({ shape, cases, bare }) => {
  it.each(cases)('$name', async ({ kernel, launch }) => {
    steps = { ...TILES, ...LANES }[shape];
    await checkKernel(backends[bare ? 1 : 0], kernel, launch, { tolerance });
  });
});
