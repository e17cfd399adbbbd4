import { fromBuffer } from '@tenfold/tensor';
import { expect, it } from 'vitest';
import { registerOracle } from '../src/oracle-devices.ts';
import { memorySuite } from '../src/semantics/suite.ts';

registerOracle('asynchronous');
memorySuite('asynchronous', 300);

it('small results that are disposed of are not fetched later', async () => {
  const x = fromBuffer(new Float32Array([1, 2]), [2], { device: 'asynchronous' }).realize();
  for (let i = 0; i < 100; i++) x.add(i).realize().dispose();
  expect(await x.sum().item()).toBe(3);
});
