/** What reads or writes its operands other than from front to back. */

import { functional as F } from '@tenfold/nn';
import { cat, pad, randint, randn } from '@tenfold/tensor';
import type { Operation } from './operation.ts';
import { matrix, ofMatrix } from './operation.ts';

export const views: readonly Operation[] = [
  {
    name: 'transposed addition',
    inputs: (size) => [...matrix(size), randn([size.columns, size.rows])],
    compute: (x, y) => x.t().add(y),
  },
  {
    name: 'product with a row',
    inputs: (size) => [...matrix(size), randn([size.columns])],
    compute: (x, y) => x.mul(y),
  },
  {
    name: 'product with a column',
    inputs: (size) => [...matrix(size), randn([size.rows, 1])],
    compute: (x, y) => x.mul(y),
  },
  ofMatrix('every second column', (x) => x.slice(1, 0, x.shape[1], 2)),
  ofMatrix('every third row', (x) => x.slice(0, 0, x.shape[0], 3)),
  ofMatrix('flipped rows', (x) => x.flip(1)),
  ofMatrix('concatenated rows', (x) => cat([x, x.neg()], 0)),
  ofMatrix('concatenated columns', (x) => cat([x, x.neg()], 1)),
  ofMatrix('padded', (x) => pad(x, [1, 2, 3, 4])),
  {
    name: 'embedding',
    inputs: (size) => [randint(0, size.rows, [2 * size.rows]), ...matrix(size)],
    compute: (indices, table) => F.embedding(indices, table),
  },
];
