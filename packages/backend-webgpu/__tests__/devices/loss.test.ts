/** A device that goes away: every await says so, soon, and nothing waits for ever. */

import { DeviceError, DeviceLostError } from '@tenfold/ir';
import { expect, it } from 'vitest';
import { webgpuBackend } from '../../src/index.ts';
import { addOneTo, zeros } from '../support/add-one.ts';

it('raises DeviceLostError at every await within a second, pending and later', async () => {
  const backend = await webgpuBackend();
  const buffer = zeros(backend, 1 << 16);
  const batch = addOneTo(backend, buffer, 1 << 16);
  for (let step = 0; step < 8; step++) backend.submit(batch);
  const pending = [backend.read(buffer), backend.room(), backend.synchronize()];
  const begin = performance.now();
  backend.device.destroy();
  const ends = await Promise.allSettled(pending);
  expect(performance.now() - begin).toBeLessThan(1000);
  for (const end of ends) expect(end.status === 'rejected' && end.reason).toBeInstanceOf(DeviceLostError);
  // Whoever does not await hears nothing; whoever does is told again and again.
  backend.submit(batch);
  backend.write(buffer, new Uint8Array(16));
  for (let time = 0; time < 2; time++) {
    await expect(backend.read(buffer)).rejects.toThrow(DeviceLostError);
    await expect(backend.room()).rejects.toThrow(/recover\(\)/);
    await expect(backend.synchronize()).rejects.toThrow(DeviceLostError);
  }
  backend.dispose();
});

it('goes while pipelines are compiled', async () => {
  const backend = await webgpuBackend();
  const buffer = zeros(backend, 256);
  backend.submit(addOneTo(backend, buffer, 256));
  const read = backend.read(buffer);
  backend.device.destroy();
  await expect(read).rejects.toThrow(DeviceLostError);
  backend.dispose();
});

it('ends what waits for a backend that is disposed of', async () => {
  const backend = await webgpuBackend();
  const read = backend.read(zeros(backend, 4));
  backend.dispose();
  await expect(read).rejects.toThrow(DeviceError);
  await expect(read).rejects.toThrow(/was disposed of/);
  expect(() => backend.alloc(4)).toThrow(/was disposed of/);
  backend.dispose();
});
