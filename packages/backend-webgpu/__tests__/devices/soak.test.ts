/** Many steps, many devices, and a collector that comes at any moment. */

import { soakSuite } from '@tenfold/testing/devices';
import { expect, it } from 'vitest';
import { webgpu, webgpuBackend } from '../../src/index.ts';
import { addOneTo, numbersIn, zeros } from '../support/add-one.ts';

interface Engine {
  process?: { getBuiltinModule?(name: string): { setFlagsFromString(flags: string): void } & { runInNewContext(code: string): () => void } }; // prettier-ignore
}

/** The engine's collector, in Node. */
function collector(): (() => void) | undefined {
  const builtin = (globalThis as Engine).process?.getBuiltinModule;
  builtin?.('node:v8').setFlagsFromString('--expose-gc');
  return builtin?.('node:vm').runInNewContext('gc');
}

const collect = collector();
await webgpu();
soakSuite('webgpu', { steps: 5000, ...(collect && { collect }) });

it('makes and disposes of 200 devices', async () => {
  for (let i = 0; i < 200; i++) {
    const backend = await webgpuBackend();
    const buffer = zeros(backend, 64);
    backend.submit(addOneTo(backend, buffer, 64));
    expect(await numbersIn(backend, buffer)).toEqual(new Array(64).fill(1));
    if (i % 20 === 0) collect?.();
    backend.dispose();
    expect(backend.memoryReport()).toMatchObject({ used: 0, total: 0, blocks: 0 });
  }
});
