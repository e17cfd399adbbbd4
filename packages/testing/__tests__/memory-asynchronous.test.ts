import { memorySuite } from '../src/semantics/suite.ts';
import { registerOracle } from '../src/oracle-devices.ts';

registerOracle('asynchronous');
memorySuite('asynchronous', 300);
