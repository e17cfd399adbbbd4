import '@tenfold/backend-cpu';
import { printingParity } from '../src/parity/index.ts';

printingParity('cpu');
