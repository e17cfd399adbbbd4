/** Numerical gradient checks in float64 of every differentiable operation, on the default device. */

import { gradcheck, gradgradcheck } from '@tenfold/autograd';
import { describe, it } from 'vitest';
import type { GradientCase } from './case.ts';
import { inputOf } from './case.ts';
import { LAYER_CASES } from './layer-cases.ts';
import { TENSOR_CASES } from './tensor-cases.ts';

function check(device: string, group: string, cases: readonly GradientCase[]): void {
  describe(`gradients of ${group} on ${device}`, () => {
    it.each(cases)('$name', async ({ shapes, fn, range = [-1.5, 1.5], smooth }) => {
      const inputs = () => shapes.map((shape, i) => inputOf(shape, range, 11 * (i + 1)));
      await gradcheck(fn, inputs());
      if (smooth) await gradgradcheck(fn, inputs());
    });
  });
}

export function gradientSuite(device: string): void {
  check(device, 'tensor operations', TENSOR_CASES);
  check(device, 'layers and losses', LAYER_CASES);
}
