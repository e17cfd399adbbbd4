/** The devices that parity is checked on, each as its own suite. */

import '@tenfold/autograd';
import '@tenfold/backend-cpu';
import { registerBackend } from '@tenfold/ir';
import { setDefaultDevice } from '@tenfold/tensor';
import { beforeAll, describe } from 'vitest';
import { InterpreterBackend, ReferenceEngine } from '../../src/index.ts';

registerBackend('interpreter', () => new InterpreterBackend());
registerBackend(
  'reference',
  () => new InterpreterBackend(),
  (backend) => new ReferenceEngine(backend),
);

const DEVICES = ['cpu', 'interpreter', 'reference'] as const;

/** Declares the same tests once a device, with that device as the default one. */
export function onEveryDevice(name: string, declare: () => void): void {
  describe.each(DEVICES)(`${name} on '%s'`, (device) => {
    beforeAll(() => setDefaultDevice(device));
    declare();
  });
}
