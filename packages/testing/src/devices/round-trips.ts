/** Training never waits for the device: no layer, loss or optimizer reads anything back by itself. */

import '@tenfold/autograd';
import { getDevice } from '@tenfold/ir';
import type { Device } from '@tenfold/ir';
import * as optim from '@tenfold/optim';
import { setDefaultDevice } from '@tenfold/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadFixture } from '../fixtures.ts';
import { tensorOf } from '../parity/calls.ts';
import { buildModule, unary } from '../parity/modules.ts';

const STEPS = 3;

/** What a device has read for somebody, and computed, while `steps` ran. */
async function during(device: Device, steps: () => Promise<void>): Promise<{ reads: number; runs: number }> {
  const { reads, runs } = device.counters;
  await steps();
  return { reads: device.counters.reads - reads, runs: device.counters.runs - runs };
}

/** Training on a device that cannot be waited for; it must be registered. */
export function roundTripSuite(device: string): void {
  describe(`no round trips on ${device}`, async () => {
    beforeAll(() => setDefaultDevice(device));
    const layers = await loadFixture('layers');

    const cases = layers.map(
      (record) => [`${record.layer}(${JSON.stringify(record.args)})`, record] as const,
    );
    it.each(cases)('%s, forward, backward and update', async (_, { layer, args, calls }) => {
      const module = unary(buildModule([layer, args]));
      const { input, grad } = calls[0];
      const x = tensorOf(input, grad !== undefined);
      const leaves = [...module.parameters(), ...(x.requiresGrad ? [x] : [])];
      const optimizer = leaves.length > 0 ? new optim.SGD(leaves, { lr: 0.01, momentum: 0.9 }) : undefined;
      const { reads, runs } = await during(getDevice(device), async () => {
        for (let i = 0; i < STEPS; i++) {
          optimizer?.zeroGrad();
          const loss = module.forward(x).square().mean();
          if (loss.requiresGrad) loss.backward();
          if (optimizer) await optimizer.step();
          else loss.realize();
        }
      });
      expect(reads).toBe(0);
      expect(runs).toBeGreaterThanOrEqual(STEPS);
    });

    it.each(['SGD', 'Adam', 'AdamW'] as const)('%s, with clipping', async (name) => {
      const module = unary(buildModule(['Linear', [4, 3]]));
      const optimizer = new optim[name](module.parameters(), { lr: 0.01 });
      const x = tensorOf({ shape: [2, 4], data: [1, 2, 3, 4, 5, 6, 7, 8] });
      const { reads } = await during(getDevice(device), async () => {
        for (let i = 0; i < STEPS; i++) {
          optimizer.zeroGrad();
          module.forward(x).square().mean().backward();
          optim.clipGradNorm_(module.parameters(), 1);
          await optimizer.step();
        }
      });
      expect(reads).toBe(0);
    });
  });
}
