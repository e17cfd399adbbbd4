/** The devices that PyTorch's results are checked on here; a backend's own tests run the same suites on its device. */

import '@tenfold/backend-cpu';
import type { OracleDevice } from '../src/oracle-devices.ts';
import { registerOracle } from '../src/oracle-devices.ts';

const ORACLES: readonly OracleDevice[] = ['interpreter', 'reference', 'asynchronous'];

/** Runs a suite on the CPU and on every device of this package. */
export function onEveryDevice(suite: (device: string) => void): void {
  for (const name of ORACLES) registerOracle(name);
  for (const name of ['cpu', ...ORACLES]) suite(name);
}
