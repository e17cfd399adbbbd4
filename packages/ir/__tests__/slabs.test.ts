/** How slabs grow where a device can bind more than a first slab at once. */

import { InterpreterBackend } from '@tenfold/testing';
import { expect, it } from 'vitest';
import { Allocator } from '../src/index.ts';

const MIB = 1 << 20;

function allocator(slabBytes?: number): Allocator {
  return new Allocator(new InterpreterBackend({ caps: { slabBytes, alignment: 256 } }));
}

it('puts many tensors into few slabs, each as large as all before it', () => {
  const memory = allocator(16 * MIB);
  const buffers = new Set(Array.from({ length: 60 }, () => memory.alloc(MIB / 4, 'float32').buffer));
  // 15 MiB in slabs of 1, 1, 2, 4 and 8 MiB.
  expect(buffers.size).toBe(5);
  expect(memory.heldBytes).toBe(16 * MIB);
});

it('makes room for a large tensor in a slab, up to half of the greatest one', () => {
  const memory = allocator(16 * MIB);
  const large = memory.alloc(5 * MIB, 'float32');
  const small = memory.alloc(1024, 'float32');
  expect(small.buffer).toBe(large.buffer);
  expect(memory.heldBytes).toBe(10 * MIB);
  const own = memory.alloc(9 * MIB, 'float32');
  expect(own).toMatchObject({ offset: 0, bytes: 9 * MIB });
  memory.free(own);
  expect(memory.heldBytes).toBe(10 * MIB);
});

it('keeps slabs of 1 MiB where nothing is said', () => {
  const memory = allocator();
  const [a, b] = [memory.alloc(MIB / 2, 'float32'), memory.alloc(MIB / 2, 'float32')];
  expect(a.buffer).toBe(b.buffer);
  expect(memory.alloc(MIB / 2, 'float32').buffer).not.toBe(a.buffer);
  expect(memory.heldBytes).toBe(2 * MIB);
});
