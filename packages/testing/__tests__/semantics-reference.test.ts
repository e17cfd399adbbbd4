import { useDevice } from '../src/semantics/devices.ts';
import { valuesSuite } from '../src/semantics/suite.ts';

useDevice('reference');
valuesSuite('reference');
