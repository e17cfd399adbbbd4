/** What is true of any device that is not waited for, beside the numbers: moving, meeting, errors, and no round trips. */

import { getDevice, setDefaultDevice } from '@tenfold/ir';
import { beforeAll, describe } from 'vitest';
import { registerOracle } from '../oracle-devices.ts';
import { movingSuite, withoutDoubleSuite, withoutWaitingSuite } from './moving.ts';

export { roundTripSuite } from './round-trips.ts';

/** A device, which must be registered, beside the reference device. */
export function deviceSuite(device: string): void {
  describe(`the device ${device}`, () => {
    registerOracle('reference');
    const { caps, readSync } = getDevice(device).backend;
    beforeAll(() => setDefaultDevice(device));
    movingSuite(device);
    if (!caps.dtypes.has('float64')) withoutDoubleSuite(device);
    if (!readSync) withoutWaitingSuite(device);
  });
}
export { recoverySuite } from './recovery.ts';
export { soakSuite } from './soak.ts';
export { profilingSuite } from './profiling.ts';
