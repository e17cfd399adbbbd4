import '@tenfold/backend-cpu';
import { moduleSampleParity } from '../src/parity/index.ts';

moduleSampleParity('cpu');
