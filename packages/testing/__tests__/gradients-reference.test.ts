import { gradientSuite } from '../src/gradients/index.ts';
import { useDevice } from '../src/oracle-devices.ts';

useDevice('reference');
gradientSuite('reference');
