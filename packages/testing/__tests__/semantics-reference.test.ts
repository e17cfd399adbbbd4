import { useDevice } from './semantics/devices.ts';
import { valuesSuite } from './semantics/suite.ts';

useDevice('reference');
valuesSuite('reference');
