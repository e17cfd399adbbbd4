import { describe, expect, it } from 'vitest';
import { Allocator } from '../src/run/allocator.ts';
import type { Backend } from '../src/backend/backend.ts';

/** Counts buffers; the allocator never looks into them. */
function countingBackend(): { backend: Backend; live: Map<number, number> } {
  const live = new Map<number, number>();
  let next = 1;
  const refuse = (): never => {
    throw new Error('not used');
  };
  const backend: Backend = {
    name: 'counting',
    caps: {
      dtypes: new Set(['float32']),
      threads: 1,
      subgroups: false,
      f16: false,
      maxOperands: 8,
      maxBufferBytes: 2 ** 30,
      alignment: 64,
    },
    alloc(bytes) {
      live.set(next, bytes);
      return next++;
    },
    free: (id) => void live.delete(id),
    write: refuse,
    read: refuse,
    compile: refuse,
    submit: refuse,
    synchronize: () => Promise.resolve(),
    dispose: refuse,
  };
  return { backend, live };
}

describe('Allocator', () => {
  it('puts small allocations of one dtype into one slab, aligned and disjoint', () => {
    const { backend, live } = countingBackend();
    const allocator = new Allocator(backend);
    const parts = [4, 100, 64, 1].map((bytes) => allocator.alloc(bytes, 'float32'));
    expect(live.size).toBe(1);
    expect(parts.map((p) => p.offset)).toEqual([0, 64, 192, 256]);
    expect(parts.map((p) => p.bytes)).toEqual([64, 128, 64, 64]);
    allocator.alloc(4, 'int64');
    expect(live.size).toBe(2);
  });

  it('merges freed neighbours, so that their room can be used as one', () => {
    const { backend } = countingBackend();
    const allocator = new Allocator(backend);
    const [a, b, c] = [64, 64, 64].map((bytes) => allocator.alloc(bytes, 'float32'));
    allocator.alloc(64, 'float32');
    allocator.free(a);
    allocator.free(c);
    allocator.free(b);
    expect(allocator.alloc(192, 'float32').offset).toBe(0);
  });

  it('gives large allocations a buffer of their own and frees it', () => {
    const { backend, live } = countingBackend();
    const allocator = new Allocator(backend);
    const big = allocator.alloc(10 << 20, 'float32');
    expect([...live.values()]).toEqual([10 << 20]);
    allocator.free(big);
    expect(live.size).toBe(0);
    expect([allocator.liveBytes, allocator.liveCount, allocator.heldBytes]).toEqual([0, 0, 0]);
  });

  it('holds what it holds through ten thousand rounds of random sizes', () => {
    const { backend } = countingBackend();
    const allocator = new Allocator(backend);
    let seed = 1;
    const random = (n: number) => (seed = (seed * 48271) % 2147483647) % n;
    const live = Array.from({ length: 50 }, () => allocator.alloc(1 + random(4096), 'float32'));
    let held = 0;
    for (let round = 0; round < 10_000; round++) {
      const at = random(live.length);
      allocator.free(live[at]);
      live[at] = allocator.alloc(1 + random(4096), 'float32');
      if (round === 1000) held = allocator.heldBytes;
    }
    expect(allocator.heldBytes).toBe(held);
    const ranges = live.map((a) => [a.offset, a.offset + a.bytes]).sort((x, y) => x[0] - y[0]);
    expect(ranges.every(([start], i) => i === 0 || start >= ranges[i - 1][1])).toBe(true);
    for (const allocation of live) allocator.free(allocation);
    expect(allocator.liveBytes).toBe(0);
  });
});
