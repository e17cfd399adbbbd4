import { gradientSuite } from '../src/gradients/index.ts';
import { useDevice } from '../src/semantics/index.ts';

useDevice('reference');
gradientSuite('reference');
