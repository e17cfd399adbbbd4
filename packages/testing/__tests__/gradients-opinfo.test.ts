import '@tenfold/backend-cpu';
import { OP_FAMILIES } from '../src/fixtures.ts';
import { opinfoGradients } from '../src/parity/index.ts';

opinfoGradients('cpu', OP_FAMILIES);
