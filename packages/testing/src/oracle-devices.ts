/** The devices of this package, by name, for suites that run on a named device. */

import { hasDevice, registerBackend, setDefaultDevice } from '@tenfold/ir';
import { AsynchronousBackend } from './asynchronous-backend.ts';
import { InterpreterBackend } from './interpreter-backend.ts';
import { ReferenceEngine } from './reference-engine.ts';

/** `reference` evaluates graphs, `interpreter` executes kernels, `asynchronous` does so later and cannot be waited for. */
export type OracleDevice = 'reference' | 'interpreter' | 'asynchronous';

/** Makes the named device known, if it is not yet. */
export function registerOracle(name: OracleDevice): void {
  if (hasDevice(name)) return;
  if (name === 'asynchronous') registerBackend(name, () => new AsynchronousBackend());
  else if (name === 'interpreter') registerBackend(name, () => new InterpreterBackend());
  else
    registerBackend(
      name,
      () => new InterpreterBackend(),
      (backend) => new ReferenceEngine(backend),
    );
}

/** Makes the named device known and the default one. */
export function useDevice(name: OracleDevice): void {
  registerOracle(name);
  setDefaultDevice(name);
}
