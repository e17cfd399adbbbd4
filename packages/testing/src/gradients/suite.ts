/**
 * Gradient checks of every differentiable operation. Devices with float64 are checked against numerical differences, every
 * element of the Jacobian. The others are checked in float32 against the gradients that the reference engine computes in
 * float64, which are checked against differences in their turn.
 */

import { gradcheck, gradgradcheck } from '@tenfold/autograd';
import { getDevice, setDefaultDevice } from '@tenfold/ir';
import { fromBuffer } from '@tenfold/tensor';
import { beforeAll, describe, it } from 'vitest';
import { registerOracle } from '../oracle-devices.ts';
import { inShare } from '../share.ts';
import type { Share } from '../share.ts';
import type { GradientCase } from './case.ts';
import { valuesOf } from './case.ts';
import { LAYER_CASES } from './layer-cases.ts';
import { LINALG_CASES } from './linalg-cases.ts';
import { LOSSES_CASES } from './losses-cases.ts';
import { checkAgainstReference } from './single-precision.ts';
import { SEQUENCE_CASES } from './sequence-cases.ts';
import { SHAPE_CASES } from './shape-cases.ts';
import { SPECTRAL_CASES } from './spectral-cases.ts';
import { TENSOR_CASES } from './tensor-cases.ts';
import { VISION_CASES } from './vision-cases.ts';

const CASES = [
  ...TENSOR_CASES,
  ...LAYER_CASES,
  ...LOSSES_CASES,
  ...SEQUENCE_CASES,
  ...SHAPE_CASES,
  ...SPECTRAL_CASES,
  ...VISION_CASES,
];

/** Gradients on a device, which must be registered. */
export function gradientSuite(device: string, share: Share = {}): void {
  registerOracle('reference');
  const { caps } = getDevice(device).backend;
  const isDouble = caps.dtypes.has('float64');
  const cases = caps.hostRoutines ? [...CASES, ...LINALG_CASES] : CASES;
  describe(`gradients on ${device}`, () => {
    beforeAll(() => setDefaultDevice(device));
    it.each(cases.filter((_, i) => inShare(share, i)))('$name', (each) =>
      isDouble ? checkDifferences(each) : checkAgainstReference(each, device),
    );
  });
}

export async function checkDifferences({
  shapes,
  fn,
  range = [-1.5, 1.5],
  smooth,
}: GradientCase): Promise<void> {
  const inputs = () =>
    shapes.map((shape, i) =>
      fromBuffer(valuesOf(shape, range, 11 * (i + 1)), [...shape], { requiresGrad: true }),
    );
  await gradcheck(fn, inputs());
  if (smooth) await gradgradcheck(fn, inputs());
}
