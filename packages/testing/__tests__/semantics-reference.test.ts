import { registerOracle } from '../src/oracle-devices.ts';
import { valuesSuite } from '../src/semantics/suite.ts';

registerOracle('reference');
valuesSuite('reference');
