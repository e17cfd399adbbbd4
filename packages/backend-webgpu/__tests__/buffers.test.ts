/** The pool of buffers on a device that may have no memory left. */

import { OutOfMemoryError } from '@tenfold/ir';
import { describe, expect, it } from 'vitest';
import type { BufferDevice } from '../src/memory/buffers.ts';
import { Buffers, bucket } from '../src/memory/buffers.ts';

const MB = 1 << 20;

/** Counts buffers; has memory for so many bytes. */
function deviceOf(memory: number) {
  const state = { alive: 0, bytes: 0, refused: false };
  const device = {
    createBuffer({ size }: GPUBufferDescriptor) {
      state.alive++;
      state.bytes += size;
      state.refused = state.bytes > memory;
      const destroy = () => {
        state.alive--;
        state.bytes -= size;
      };
      return { size, destroy } as GPUBuffer;
    },
    pushErrorScope: () => undefined,
    popErrorScope: () => Promise.resolve(state.refused ? { message: 'no memory' } : null),
  } as BufferDevice;
  return { device, state };
}

describe('buffers', () => {
  it('are used again, and destroyed where many are spare', () => {
    const { device, state } = deviceOf(Infinity);
    const buffers = new Buffers(
      device,
      { bufferBytes: 256 * MB, totalBytes: Infinity },
      { fail: () => undefined },
    );
    for (let step = 0; step < 1000; step++) buffers.free(buffers.alloc(5 * MB));
    expect(state.alive).toBe(1);
    const many = Array.from({ length: 100 }, () => buffers.alloc(MB));
    for (const id of many) buffers.free(id);
    expect(state.bytes).toBeLessThanOrEqual(17 * MB);
    expect(buffers.report().used).toBe(0);
    buffers.dispose();
    expect(state).toMatchObject({ alive: 0, bytes: 0 });
  });

  it('warn once before the budget is used up, and say what is held when it is', () => {
    const { device } = deviceOf(Infinity);
    const warnings: number[][] = [];
    const warn = (held: number, limit: number) => warnings.push([held, limit]);
    const buffers = new Buffers(
      device,
      { bufferBytes: 64 * MB, totalBytes: 10 * MB },
      { warn, fail: () => undefined },
    );
    const ids = Array.from({ length: 10 }, () => buffers.alloc(MB));
    expect(warnings).toEqual([[9 * MB, 10 * MB]]);
    expect(() => buffers.alloc(MB)).toThrow(OutOfMemoryError);
    expect(() => buffers.alloc(MB)).toThrow(
      /1048576 bytes were asked for, 10485760 of 10485760 are in use in 10 buffers/,
    );
    buffers.free(ids[0]);
    buffers.alloc(MB);
    expect(() => buffers.alloc(65 * MB)).toThrow(/a buffer of 68157440 bytes was asked for/);
  });

  it('tell later when the device has no memory, and do without the refused ones', async () => {
    const { device, state } = deviceOf(10 * MB);
    const errors: OutOfMemoryError[] = [];
    const buffers = new Buffers(
      device,
      { bufferBytes: 64 * MB, totalBytes: Infinity },
      { fail: (error) => errors.push(error) },
    );
    const kept = buffers.alloc(8 * MB);
    const refused = buffers.alloc(4 * MB);
    await new Promise((resolve) => setTimeout(resolve));
    expect(errors).toHaveLength(1);
    expect(errors[0].message).toMatch(
      /no memory for a buffer of 4194304 bytes .* beside 8388608 bytes in 1 buffers/,
    );
    buffers.free(refused);
    expect(state.alive).toBe(1);
    buffers.free(kept);
    buffers.alloc(8 * MB);
    await new Promise((resolve) => setTimeout(resolve));
    expect(errors).toHaveLength(1);
  });

  it('move to another device', () => {
    const [first, second] = [deviceOf(Infinity), deviceOf(Infinity)];
    const buffers = new Buffers(
      first.device,
      { bufferBytes: MB, totalBytes: Infinity },
      { fail: () => undefined },
    );
    const [a, b] = [buffers.alloc(1000), buffers.alloc(2000)];
    buffers.free(b);
    buffers.moveTo(second.device);
    expect([first.state.alive, second.state.alive]).toEqual([0, 1]);
    expect(buffers.get(a)).toMatchObject({ asked: 1000, buffer: { size: bucket(1000) } });
  });
});
