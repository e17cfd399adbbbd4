/** The queue: batches in order, few of them on their way, errors that stick until they are told, and what is counted. */

import { DeviceError, TenfoldError } from '@tenfold/ir';
import { afterEach, expect, it } from 'vitest';
import type { WebGpuBackend, WebGpuOptions } from '../../src/index.ts';
import { webgpuBackend } from '../../src/index.ts';
import { addOneTo, numbersIn, zeros } from '../support/add-one.ts';

const open: WebGpuBackend[] = [];
afterEach(() => {
  for (const backend of open.splice(0)) backend.dispose();
});

async function backendWith(options?: WebGpuOptions): Promise<WebGpuBackend> {
  const backend = await webgpuBackend(options);
  open.push(backend);
  return backend;
}

it('keeps few batches on their way while somebody awaits', async () => {
  const backend = await backendWith();
  const buffer = zeros(backend, 64);
  const batch = addOneTo(backend, buffer, 64);
  let most = 0;
  for (let step = 0; step < 40; step++) {
    backend.submit(batch);
    await backend.room();
    most = Math.max(most, backend.inFlight);
  }
  expect(most).toBeLessThanOrEqual(3);
  expect(await numbersIn(backend, buffer)).toEqual(new Array(64).fill(40));
  await backend.synchronize();
  expect(backend.inFlight).toBe(0);
});

it('tells a loop that never awaits what to do, and goes on when it does', async () => {
  const backend = await backendWith({ inFlight: { batches: 8 } });
  const buffer = zeros(backend, 4);
  const batch = addOneTo(backend, buffer, 4);
  const loop = () => {
    for (let step = 0; step < 100; step++) backend.submit(batch);
  };
  expect(loop).toThrow(DeviceError);
  expect(loop).toThrow(/8 batches .* await something in the loop/);
  expect(await numbersIn(backend, buffer)).toEqual([8, 8, 8, 8]);
  backend.submit(batch);
  expect(await numbersIn(backend, buffer)).toEqual([9, 9, 9, 9]);
});

it('counts what is uploaded for batches that are not done', async () => {
  const backend = await backendWith({ inFlight: { uploadedBytes: 1 << 16 } });
  const buffer = zeros(backend, 1 << 10);
  const batch = addOneTo(backend, buffer, 4);
  const loop = () => {
    for (let step = 0; step < 100; step++) {
      backend.write(buffer, new Uint8Array(1 << 12));
      backend.submit(batch);
    }
  };
  expect(loop).toThrow(/uploaded bytes wait for the device/);
  await backend.synchronize();
});

it('counts submissions, dispatches, reads and writes', async () => {
  const backend = await backendWith();
  const buffer = zeros(backend, 4);
  const [dispatch] = addOneTo(backend, buffer, 4);
  backend.submit([dispatch, dispatch, dispatch]);
  await backend.synchronize();
  expect(backend.counters).toEqual({
    submissions: 1,
    dispatches: 3,
    reads: 0,
    readBytes: 0,
    writes: 1,
    writtenBytes: 16,
  });
  expect(await numbersIn(backend, buffer)).toEqual([3, 3, 3, 3]);
  expect(backend.counters).toMatchObject({ reads: 1, readBytes: 16 });
});

it('raises an error of the device at each await, until a read has told it', async () => {
  const backend = await backendWith();
  const buffer = zeros(backend, 4);
  backend.device.createBuffer({ size: 4, usage: 0, label: 'of no use' });
  await backend.device.queue.onSubmittedWorkDone();
  await new Promise((resolve) => setTimeout(resolve, 50));
  await expect(backend.room()).rejects.toThrow(TenfoldError);
  await expect(backend.room()).rejects.toThrow(/of no use/);
  await expect(backend.read(buffer)).rejects.toThrow(/of no use/);
  await backend.room();
  expect(await numbersIn(backend, buffer)).toEqual([0, 0, 0, 0]);
});

it('has several reads on their way, each of its own moment', async () => {
  const backend = await backendWith();
  const buffer = zeros(backend, 4);
  const batch = addOneTo(backend, buffer, 4);
  const reads = [1, 2, 3, 4, 5].map(async (count) => {
    backend.submit(batch);
    return [count, ...(await numbersIn(backend, buffer))];
  });
  expect(await Promise.all(reads)).toEqual([1, 2, 3, 4, 5].map((count) => new Array(5).fill(count)));
});
