import { registerOracle } from '../src/oracle-devices.ts';
import { valuesSuite } from '../src/semantics/suite.ts';

registerOracle('interpreter');
valuesSuite('interpreter');
