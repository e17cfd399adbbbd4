/** Waits without a device: they end with the result, in time, or with the loss. */

import { DeviceError, DeviceLostError } from '@tenfold/ir';
import { describe, expect, it } from 'vitest';
import { Waits } from '../src/device/waits.ts';

const never = () => new Promise<never>(() => undefined);

describe('waits', () => {
  it('give the result, or the error', async () => {
    const waits = new Waits(1000);
    expect(await waits.for(Promise.resolve(1), () => 'a number')).toBe(1);
    await expect(waits.for(Promise.reject(new Error('no')), () => 'nothing')).rejects.toThrow('no');
  });

  it('name what took too long', async () => {
    const waits = new Waits(10);
    const wait = waits.for(never(), () => 'reading 12 bytes');
    await expect(wait).rejects.toThrow(DeviceError);
    await expect(wait).rejects.toThrow(/reading 12 bytes took more than 0.01 s/);
  });

  it('end with the loss, now and later', async () => {
    const waits = new Waits(10_000);
    const before = waits.for(never(), () => 'nothing');
    waits.break(new DeviceLostError('gone'));
    await expect(before).rejects.toThrow('gone');
    await expect(waits.for(never(), () => 'nothing')).rejects.toThrow(DeviceLostError);
  });

  it('take what WebGPU refused for the loss, if that follows', async () => {
    const waits = new Waits(10_000);
    const aborted = Object.assign(new Error('aborted'), { name: 'AbortError' });
    const wait = waits.for(Promise.reject(aborted), () => 'nothing');
    setTimeout(() => waits.break(new DeviceLostError('gone')), 5);
    await expect(wait).rejects.toThrow('gone');
  });
});
