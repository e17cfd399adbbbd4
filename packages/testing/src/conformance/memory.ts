/** Conformance: buffers: allocation, reading and writing, order, and running out. */

import type { Backend } from '@tenfold/ir';
import { OutOfMemoryError } from '@tenfold/ir';
import { describe, expect, it } from 'vitest';

const bytes = (count: number, first = 0) => Uint8Array.from({ length: count }, (_, i) => (first + i) & 0xff);

export function memorySuite(backendOf: () => Backend): void {
  describe('buffers', () => {
    it('gives back what was written', async () => {
      const backend = backendOf();
      const id = backend.alloc(1000);
      backend.write(id, bytes(1000));
      expect(await backend.read(id)).toEqual(bytes(1000));
      backend.free(id);
    });

    it('reads and writes parts', async () => {
      const backend = backendOf();
      const id = backend.alloc(64);
      backend.write(id, new Uint8Array(64));
      backend.write(id, bytes(8, 100), 16);
      const expected = new Uint8Array(64);
      expected.set(bytes(8, 100), 16);
      expect(await backend.read(id)).toEqual(expected);
      expect(await backend.read(id, 16, 8)).toEqual(bytes(8, 100));
      expect(await backend.read(id, 20, 0)).toEqual(new Uint8Array(0));
      backend.free(id);
    });

    it('takes the bytes when write is called, and gives a copy when read', async () => {
      const backend = backendOf();
      const id = backend.alloc(16);
      const data = bytes(16);
      backend.write(id, data);
      data.fill(9);
      const first = await backend.read(id);
      expect(first).toEqual(bytes(16));
      first.fill(7);
      expect(await backend.read(id)).toEqual(bytes(16));
      backend.readSync?.(id).fill(7);
      expect(backend.readSync?.(id, 4, 4) ?? bytes(4, 4)).toEqual(bytes(4, 4));
      backend.free(id);
    });

    it('keeps buffers apart, also when they are freed and allocated again', async () => {
      const backend = backendOf();
      const ids = [16, 64, 256, 16, 1024].map((size) => backend.alloc(size));
      expect(new Set(ids).size).toBe(ids.length);
      ids.forEach((id, i) => backend.write(id, bytes(16, i)));
      backend.free(ids[1]);
      backend.free(ids[3]);
      const again = backend.alloc(512);
      backend.write(again, new Uint8Array(512).fill(255));
      for (const i of [0, 2, 4]) expect(await backend.read(ids[i], 0, 16)).toEqual(bytes(16, i));
      for (const i of [0, 2, 4]) backend.free(ids[i]);
      backend.free(again);
    });

    it('survives many rounds of allocation', async () => {
      const backend = backendOf();
      for (let round = 0; round < 200; round++) {
        const id = backend.alloc(1 << 20);
        backend.write(id, bytes(16, round));
        expect(await backend.read(id, 0, 16)).toEqual(bytes(16, round));
        backend.free(id);
      }
    });

    it('says how much was asked for when there is not enough', () => {
      const backend = backendOf();
      const size = 2 ** 52;
      expect(() => backend.alloc(size)).toThrow(OutOfMemoryError);
      expect(() => backend.alloc(size)).toThrow(String(size));
    });

    it('works on after running out', async () => {
      const backend = backendOf();
      expect(() => backend.alloc(2 ** 52)).toThrow(OutOfMemoryError);
      const id = backend.alloc(16);
      backend.write(id, bytes(16));
      await backend.synchronize();
      expect(await backend.read(id)).toEqual(bytes(16));
      backend.free(id);
    });
  });

  describe('capabilities', () => {
    it('are within reason', () => {
      const { caps, name } = backendOf();
      expect(name).not.toBe('');
      expect(caps.dtypes.has('float32')).toBe(true);
      expect(caps.dtypes.has('int32')).toBe(true);
      expect(caps.dtypes.has('bool')).toBe(true);
      expect(caps.threads).toBeGreaterThanOrEqual(1);
      expect(caps.maxOperands).toBeGreaterThanOrEqual(8);
      expect(caps.maxBufferBytes).toBeGreaterThanOrEqual(2 ** 27);
      expect(Math.log2(caps.alignment) % 1).toBe(0);
    });
  });
}
