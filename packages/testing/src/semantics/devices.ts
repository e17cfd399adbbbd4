/** The devices that suites of whole programs run on. */

import { registerBackend } from '@tenfold/ir';
import { InterpreterBackend, ReferenceEngine } from '../index.ts';

/** Makes the named device the default one of this process; a test file uses one device. */
export function useDevice(name: 'reference' | 'interpreter'): void {
  if (name === 'reference')
    registerBackend(
      name,
      () => new InterpreterBackend(),
      (backend) => new ReferenceEngine(backend),
    );
  else registerBackend(name, () => new InterpreterBackend());
}
