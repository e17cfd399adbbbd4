import '@tenfold/backend-cpu';
import { opinfoParity } from '../src/parity/index.ts';

opinfoParity('cpu', { families: ['unary', 'binary', 'special', 'activations'] });
