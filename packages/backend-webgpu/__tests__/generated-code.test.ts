/**
 * The WGSL of what a user's programs become: read in snapshots, and validated for a device that has nothing but what
 * every device has, and for one with all the features.
 */

import '@tenfold/backend-cpu';
import type { Kernel } from '@tenfold/ir';
import { kernelKey } from '@tenfold/ir';
import { kernelsOf, programs } from '@tenfold/testing/programs';
import { describe, expect, it } from 'vitest';
import type { Target } from '../src/target.ts';
import { MINIMUM_TARGET } from '../src/target.ts';
import { nullDevice, shadersOf, validate } from './support/null-device.ts';

const SIZES = [
  { rows: 33, columns: 1001, images: 3, channels: 6, side: 9 },
  { rows: 32, columns: 1024, images: 2, channels: 8, side: 8 },
];

const TARGETS: Readonly<Record<string, { target: Target; features: readonly GPUFeatureName[] }>> = {
  'minimum limits': { target: MINIMUM_TARGET, features: [] },
  'subgroups and f16': {
    target: { ...MINIMUM_TARGET, subgroups: { min: 4, max: 128 }, f16: true, adapter: 'discrete' },
    features: ['subgroups', 'shader-f16'],
  },
};

function named(name: string): Kernel[] {
  const program = programs.find((one) => one.name === name);
  if (!program) throw new Error(`there is no program '${name}'`);
  return [...kernelsOf(program, SIZES[1])];
}

describe('generated code', () => {
  it.each(['GELU', 'softmax'])('of %s', async (name) => {
    const [{ code }] = named(name).flatMap((kernel) => shadersOf(kernel, MINIMUM_TARGET, 'one slab'));
    await expect(code).toMatchFileSnapshot(`generated-code/${name.toLowerCase()}.wgsl`);
  });

  describe.each(Object.entries(TARGETS))('for %s', (_, { target, features }) => {
    it('is valid for every program, over one slab and over many, of one launch and of several', async () => {
      const device = await nullDevice(features);
      const seen = new Map<string, Kernel>();
      for (const program of programs) {
        for (const size of SIZES) {
          for (const kernel of kernelsOf(program, size)) seen.set(kernelKey(kernel), kernel);
        }
      }
      expect(seen.size).toBeGreaterThan(100);
      for (const kernel of seen.values()) {
        await validate(device, [
          ...shadersOf(kernel, target, 'one slab'),
          ...shadersOf(kernel, target, 'a slab each', 3),
        ]);
      }
    });
  });
});
