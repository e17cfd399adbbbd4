/** How a suite of PyTorch's results runs on a device: as the default one, without what its dtypes leave out. */

import '@tenfold/autograd';
import { DTYPES, getDevice } from '@tenfold/ir';
import { setDefaultDevice } from '@tenfold/tensor';
import { beforeAll, describe } from 'vitest';
import type { Fixtures } from '../fixtures.ts';
import { loadFixture } from '../fixtures.ts';

/** Declares the tests of a fixture on a device, which must be registered. */
export function onDevice<K extends keyof Fixtures>(
  device: string,
  name: K,
  declare: (records: Fixtures[K]) => void | Promise<void>,
): void {
  describe(`PyTorch's ${name} on '${device}'`, async () => {
    beforeAll(() => setDefaultDevice(device));
    await declare(await loadFixture(name));
  });
}

/** Whether a record speaks of no dtype that the device lacks. */
export function canHold(device: string): (record: unknown) => boolean {
  const { dtypes } = getDevice(device).backend.caps;
  const missing = DTYPES.filter((dtype) => !dtypes.has(dtype));
  if (missing.length === 0) return () => true;
  const mention = new RegExp(`\\b(${missing.join('|')})\\b`);
  return (record) => !mention.test(JSON.stringify(record));
}
