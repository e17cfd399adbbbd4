/** Running out of memory is an error with the sizes, after which everything goes on; what is in use can be asked for. */

import { cpuBackend } from '@tenfold/backend-cpu';
import { registerBackend } from '@tenfold/ir';
import { DeviceError, memoryReport, ones, OutOfMemoryError, randn, setDefaultDevice, zeros } from 'tenfold';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MEBIBYTE = 2 ** 20;
const LIMIT = 64 * MEBIBYTE;

registerBackend('cpu-small', () => cpuBackend({ threads: 2, memoryBytes: LIMIT }));
beforeAll(() => setDefaultDevice('cpu-small'));
afterAll(() => setDefaultDevice('cpu'));

/** 4 MiB for each unit. */
const large = (units: number) => zeros([units, MEBIBYTE]).add(1);

describe('out of memory', () => {
  it('tells what was asked for, what is in use, and what to do', () => {
    expect(() => large(20).realize()).toThrow(OutOfMemoryError);
    expect(() => large(20).realize()).toThrow(
      /80\.0 MiB \(83886080 bytes\) asked for; .* of at most 64\.0 MiB .* largest free block has .* Dispose of tensors/,
    );
  });

  it('leaves everything as it was, however often it happens', async () => {
    using kept = large(4).realize();
    const fail = async () => {
      // The result fits, what it is computed from does not; and the other way round.
      const product = randn([3500, 4000]).matmul(randn([4000, 8]));
      expect(() => product.realize()).toThrow(OutOfMemoryError);
      expect(() => kept.add(ones([16, 1, 1])).realize()).toThrow(OutOfMemoryError);
      expect(await ones([100]).sum().item()).toBe(100);
    };
    // Code, and arguments of batches that come again, are made first.
    for (let i = 0; i < 3; i++) await fail();
    const before = memoryReport();
    for (let i = 0; i < 20; i++) await fail();
    const after = memoryReport();
    expect(after.tensors).toEqual(before.tensors);
    expect(after.used).toBe(before.used);
    expect(await kept.sum().item()).toBe(4 * MEBIBYTE);
    expect(await large(2).sum().item()).toBe(2 * MEBIBYTE);
  });

  it('is over once something is disposed of', async () => {
    const first = large(9).realize();
    expect(() => large(9).realize()).toThrow(OutOfMemoryError);
    first.dispose();
    using second = large(9).realize();
    expect(await second.sum().item()).toBe(9 * MEBIBYTE);
  });
});

describe('memoryReport', () => {
  it('counts what is in use, its peak, and what could still be had', () => {
    large(3).realize().dispose();
    const before = memoryReport();
    const x = large(3).realize();
    const during = memoryReport();
    expect(during.capacity).toBe(LIMIT);
    expect(during.used - before.used).toBeGreaterThanOrEqual(12 * MEBIBYTE);
    expect(during.tensors.bytes - before.tensors.bytes).toBe(12 * MEBIBYTE);
    expect(during.tensors.count - before.tensors.count).toBe(1);
    expect(during.peak).toBeGreaterThanOrEqual(during.used);
    expect(during.total).toBeLessThanOrEqual(LIMIT);
    expect(during.largestFree).toBeLessThanOrEqual(LIMIT - during.used);
    x.dispose();
    const after = memoryReport();
    expect(after.tensors).toEqual(before.tensors);
    expect(after.fragmentation).toBeGreaterThanOrEqual(0);
    expect(after.fragmentation).toBeLessThan(1);
    // All that is said to be free can be had in one piece.
    using rest = zeros([Math.floor(after.largestFree / 4) - 16]).realize();
    expect(rest.shape).toEqual([Math.floor(after.largestFree / 4) - 16]);
  });

  it('names the devices that are there', () => {
    expect(() => memoryReport('cpu-9')).toThrow(DeviceError);
  });
});

describe('memoryBytes', () => {
  it('reaches as far as addresses do', () => {
    expect(() => cpuBackend({ memoryBytes: 6 * 2 ** 30 })).toThrow(
      'cpu: memoryBytes must be between 1114112 and 4294967296 (4 GiB, as far as addresses of 32 bits reach), got 6442450944',
    );
    for (const memoryBytes of [0, -1, NaN, 1000]) {
      expect(() => cpuBackend({ memoryBytes })).toThrow(DeviceError);
    }
  });
});
