import { deviceSuite, roundTripSuite } from '../src/devices/index.ts';
import { registerOracle } from '../src/oracle-devices.ts';

registerOracle('asynchronous');
deviceSuite('asynchronous');
roundTripSuite('asynchronous');

registerOracle('interpreter');
deviceSuite('interpreter');
