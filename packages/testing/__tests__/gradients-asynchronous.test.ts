import { registerOracle } from '../src/oracle-devices.ts';
import { gradientSuite } from '../src/gradients/index.ts';

registerOracle('asynchronous');
gradientSuite('asynchronous');
