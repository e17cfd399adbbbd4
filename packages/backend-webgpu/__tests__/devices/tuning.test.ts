/** The measured search on a device: it runs what was compiled, and another backend compiles by what it found. */

import type { Kernel } from '@tenfold/ir';
import { KernelBuilder, checkKernel, store } from '@tenfold/testing';
import { expect, it } from 'vitest';
import { webgpuBackend } from '../../src/index.ts';

function doubled(): Kernel {
  const b = new KernelBuilder('doubled');
  const [x, y] = [b.operand('float32', 1000, 'read'), b.operand('float32', 1000, 'write')];
  const i = b.axis(1000);
  const twice = b.binary('mul', b.load(x, i.index), b.constant(2, 'float32'));
  return b.loops([{ kind: 'loop', axis: i.id, order: 'parallel', body: [store(y, i.index, twice)] }]);
}

it('measures what was compiled, once, and gives a record that can be loaded', async () => {
  const backend = await webgpuBackend();
  const kernel = doubled();
  backend.compile([kernel]);
  expect(await backend.tune()).toBe(1);
  expect(await backend.tune()).toBe(0);
  const record = backend.tuningRecord();
  const [kernels] = Object.values(record.adapters);
  expect(Object.values(kernels)).toHaveLength(1);
  backend.dispose();

  const tuned = await webgpuBackend({ tuning: record });
  const contents = [Array.from({ length: 1000 }, (_, i) => i), undefined];
  await checkKernel(tuned, kernel, { contents });
  tuned.dispose();
});
