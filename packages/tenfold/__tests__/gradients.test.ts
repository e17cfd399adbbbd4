import 'tenfold';
import { gradientSuite } from '@tenfold/testing/gradients';

gradientSuite('cpu');
