import '@tenfold/backend-cpu';
import { OP_FAMILIES } from '../src/fixtures.ts';
import { opinfoErrors } from '../src/parity/index.ts';

opinfoErrors('cpu', OP_FAMILIES);
