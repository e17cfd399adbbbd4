/** Thousands of steps: the device holds as many buffers and bytes at the end as near the beginning, collector or not. */

import type { MemoryReport } from '@tenfold/ir';
import { getDevice } from '@tenfold/ir';
import { expect, it } from 'vitest';
import { smallTraining } from './training.ts';

export interface SoakOptions {
  readonly steps: number;
  /** Collects garbage, where the engine lets a test do that. */
  readonly collect?: () => void;
}

export function soakSuite(device: string, { steps, collect }: SoakOptions): void {
  it(`holds flat memory over ${steps} steps on ${device}`, { timeout: 600_000 }, async () => {
    const training = smallTraining(device);
    const { backend, memory } = getDevice(device);
    const before = await training.loss();
    const held: (Pick<MemoryReport, 'blocks' | 'used'> & { tensors: number })[] = [];
    let seed = 1;
    for (let step = 1; step <= steps; step++) {
      await training.step();
      // Garbage goes at moments that have nothing to do with the steps.
      seed = (seed * 48271) % 2147483647;
      if (collect && seed % 100 === 0) collect();
      if (step % (steps / 5) !== 0) continue;
      await backend.synchronize();
      const { blocks = 0, used = 0 } = backend.memoryReport?.() ?? {};
      held.push({ blocks, used, tensors: memory.liveCount });
    }
    const [first, ...others] = held;
    for (const { blocks, used, tensors } of others) {
      expect(blocks).toBeLessThanOrEqual(first.blocks);
      expect(used).toBeLessThanOrEqual(first.used);
      // Small results wait for the collector or a while; they do not add up.
      expect(tensors).toBeLessThanOrEqual(first.tensors + 64);
    }
    expect(await training.loss()).toBeLessThan(before);
  });
}
