/**
 * What a device's limits cut up, tried with limits so small that everything is: slabs bound in parts, slabs copied side by
 * side, grids in three dimensions, and launches in several dispatches.
 */

import type { Kernel } from '@tenfold/ir';
import { OutOfMemoryError } from '@tenfold/ir';
import { InterpreterBackend, KernelBuilder, parallel, store } from '@tenfold/testing';
import { afterAll, describe, expect, it } from 'vitest';
import type { WebGpuOptions } from '../../src/index.ts';
import { webgpuBackend } from '../../src/index.ts';

const LIMITS: readonly { name: string; options: WebGpuOptions }[] = [
  { name: 'slabs in parts', options: { limits: { maxStorageBufferBindingSize: 1024 } } },
  { name: 'slabs copied together', options: { limits: { maxStorageBuffersPerShaderStage: 2 } } },
  { name: 'small grids', options: { limits: { maxComputeWorkgroupsPerDimension: 2 } } },
  { name: 'short dispatches', options: { dispatchTime: 1e-3 } },
];

/** y = x + z, y2 = y * x in another slab: float32 in four buffers. */
function twoResults(n: number): Kernel {
  const k = new KernelBuilder('two_results');
  const [x, z] = [k.operand('float32', n, 'read'), k.operand('float32', n, 'read')];
  const [y, y2] = [k.operand('float32', n, 'write'), k.operand('float32', n, 'readwrite')];
  const i = k.axis(n);
  const sum = k.binary('add', k.load(x, i.index), k.load(z, i.index));
  const more = k.binary('add', k.load(y2, i.index), k.binary('mul', sum, k.load(x, i.index)));
  return k.loops([parallel(i, [store(y, i.index, sum), store(y2, i.index, more)])]);
}

/** Bytes and words of 16 bits, written side by side by different invocations. */
function narrow(n: number): Kernel {
  const k = new KernelBuilder('narrow');
  const [a, b] = [k.operand('uint8', n, 'read'), k.operand('float16', n, 'write')];
  const c = k.operand('int64', n, 'write');
  const i = k.axis(n);
  const value = k.load(a, i.index);
  return k.loops([parallel(i, [store(b, i.index, k.cast(value, 'float16')), store(c, i.index, k.cast(value, 'int64'))])]); // prettier-ignore
}

const KERNELS = [twoResults(500), narrow(700)];
const BYTES = { float32: 4, uint8: 1, float16: 2, int64: 8 } as const;
type Name = keyof typeof BYTES;

describe.each(LIMITS)('$name', async ({ options }) => {
  const backend = await webgpuBackend(options);
  afterAll(() => backend.dispose());

  it.each(KERNELS.map((kernel) => ({ name: kernel.name, kernel })))('$name, as without limits', async ({ kernel }) => {
    const oracle = new InterpreterBackend();
    const results = await Promise.all(
      [backend, oracle].map(async (one) => {
        const buffers = kernel.operands.map(({ dtype, elements }, operand) => {
          const bytes = elements * BYTES[dtype as Name];
          const buffer = one.alloc(bytes);
          const numbers = Float32Array.from({ length: Math.ceil(bytes / 4) }, (_, i) => (i % 17) + operand);
          one.write(buffer, new Uint8Array(numbers.buffer, 0, bytes));
          return buffer;
        });
        const [program] = one.compile([kernel]);
        const operands = buffers.map((buffer) => ({ buffer, offset: 0 }));
        const launch = { operands, scalars: [], extents: [] };
        one.submit([{ program, launches: [launch] }]);
        return Promise.all(buffers.map((buffer) => one.read(buffer)));
      }),
    );
    expect(results[0]).toEqual(results[1]);
  }); // prettier-ignore
});

it('says what cannot be bound however it is cut up', async () => {
  const backend = await webgpuBackend({
    limits: { maxStorageBuffersPerShaderStage: 2, maxStorageBufferBindingSize: 512 },
  });
  const kernel = twoResults(500);
  const [program] = backend.compile([kernel]);
  const operands = kernel.operands.map(() => ({ buffer: backend.alloc(2000), offset: 0 }));
  const submit = () => backend.submit([{ program, launches: [{ operands, scalars: [], extents: [] }] }]);
  expect(submit).toThrow(OutOfMemoryError);
  expect(submit).toThrow(/'two_results' span 8000 bytes, and this device binds 2 times 512 bytes/);
  backend.dispose();
});
