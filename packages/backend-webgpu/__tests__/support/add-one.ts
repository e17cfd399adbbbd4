/** A kernel that adds 1 to each of `n` numbers in place, and launches of it: little work, easily checked. */

import type { Backend, BufferId, Dispatch, Kernel } from '@tenfold/ir';
import { KernelBuilder, parallel, store } from '@tenfold/testing';

export function addOne(n: number): Kernel {
  const k = new KernelBuilder('add_one');
  const x = k.operand('float32', n, 'readwrite');
  const i = k.axis(n);
  return k.loops([
    parallel(i, [store(x, i.index, k.binary('add', k.load(x, i.index), k.constant(1, 'float32')))]),
  ]);
}

/** A batch that adds 1 to `n` numbers at the beginning of a buffer. */
export function addOneTo(backend: Backend, buffer: BufferId, n: number): Dispatch[] {
  const [program] = backend.compile([addOne(n)]);
  return [{ program, launches: [{ operands: [{ buffer, offset: 0 }], scalars: [], extents: [] }] }];
}

/** A buffer of `n` zeros. */
export function zeros(backend: Backend, n: number): BufferId {
  const buffer = backend.alloc(4 * n);
  backend.write(buffer, new Uint8Array(4 * n));
  return buffer;
}

export async function numbersIn(backend: Backend, buffer: BufferId): Promise<number[]> {
  const bytes = await backend.read(buffer);
  return [...new Float32Array(bytes.buffer)];
}
