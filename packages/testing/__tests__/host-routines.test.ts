/** Routines of the host on devices that have none: the call says so, and what to do. */

import { DeviceError } from '@tenfold/ir';
import { eye } from '@tenfold/tensor';
import * as linalg from '@tenfold/tensor/linalg';
import { expect, test } from 'vitest';
import { registerOracle } from '../src/oracle-devices.ts';

registerOracle('asynchronous');

test.each([
  ['det', linalg.det],
  ['qr', linalg.qr],
  ['solve', linalg.inv],
] as const)('%s is refused at the call', (name, call) => {
  const A = eye(3, 3, { device: 'asynchronous' });
  expect(() => call(A)).toThrow(DeviceError);
  expect(() => call(A)).toThrow(`${name}: the device 'asynchronous' does not decompose matrices`);
  expect(() => call(A)).toThrow("await x.toDevice('cpu')");
});

test('products need none', async () => {
  const A = eye(2, 2, { device: 'asynchronous' }).mul(2);
  expect(await linalg.matrixPower(A, 3).tolist()).toEqual([[8, 0], [0, 8]]); // prettier-ignore
});
