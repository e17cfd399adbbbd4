/** A profile of a training step, with what the device can do, and the report of its memory. */

import { memoryReport, profile } from '@tenfold/tensor/profile';
import { expect, it } from 'vitest';
import { smallTraining } from './training.ts';

export function profilingSuite(device: string): void {
  it(`profiles a training step on ${device}`, async () => {
    const training = smallTraining(device);
    const calls = 3;
    const found = await profile(() => training.step(), { device, warmUp: 1, calls });
    expect(found.plans).toEqual({ runs: calls, hits: calls, misses: 0 });
    expect(found.kernels.length).toBeGreaterThan(0);
    expect(found.kernels.some(({ kind }) => kind === 'contraction')).toBe(true);
    for (const kernel of found.kernels) expect(kernel.calls % calls).toBe(0);
    expect(found.total.milliseconds).toBeGreaterThanOrEqual(0);
    expect(found.total.milliseconds).toBeLessThanOrEqual(found.milliseconds);
    expect(found.peaks?.flopsPerSecond).toBeGreaterThan(0);
    for (const { bytesPerSecond } of found.peaks?.bandwidths ?? []) expect(bytesPerSecond).toBeGreaterThan(0);
    expect(found.table()).toContain('GFLOP/s');
    const onDevice = found.toTrace().traceEvents.filter(({ ph, cat }) => ph === 'X' && cat === 'contraction');
    expect(onDevice.length).toBeGreaterThanOrEqual(calls);
    expect(found.memory.peakBytes).toBeGreaterThan(0);
  });

  it('reports its memory', () => {
    const { used, peak, total, blocks, tensors } = memoryReport(device);
    expect(used).toBeGreaterThan(0);
    expect(peak).toBeGreaterThanOrEqual(used);
    expect(total).toBeGreaterThanOrEqual(used);
    expect(blocks).toBeGreaterThan(0);
    expect(tensors.bytes).toBeLessThanOrEqual(used);
  });
}
