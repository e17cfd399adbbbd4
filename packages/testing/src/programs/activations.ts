/** Elementwise functions, and the pointwise parts of recurrent cells. */

import { functional as F } from '@tenfold/nn';
import { randn } from '@tenfold/tensor';
import type { Operation } from './operation.ts';
import { ofMatrix } from './operation.ts';

/** A long fused chain, in whose middle are a tanh and a sigmoid. */
const chain = ofMatrix('fused chain', (x) => {
  const inner = x.mul(0.79788).mul(x.mul(0.044715).mul(x).add(1)).tanh();
  return inner.mul(0.5).mul(x).add(x.mul(0.5)).mul(x.sigmoid()).add(x);
});

/** The new state of an LSTM from its gates and the old state. */
const lstmCell: Operation = {
  name: 'LSTM cell',
  inputs: ({ rows, columns }) => [randn([rows, 4 * columns]), randn([rows, columns])],
  compute: (gates, state) => {
    const [input, forget, cell, output] = gates.chunk(4, 1);
    const next = forget.sigmoid().mul(state).add(input.sigmoid().mul(cell.tanh()));
    return output.sigmoid().mul(next.tanh());
  },
};

const gruCell: Operation = {
  name: 'GRU cell',
  inputs: ({ rows, columns }) => [randn([rows, 3 * columns]), randn([rows, columns])],
  compute: (gates, state) => {
    const [reset, update, candidate] = gates.chunk(3, 1);
    const next = candidate.add(reset.sigmoid().mul(state)).tanh();
    return next.add(update.sigmoid().mul(state.sub(next)));
  },
};

export const activations: readonly Operation[] = [
  ofMatrix('GELU', (x) => F.gelu(x)),
  ofMatrix('GELU by tanh', (x) => F.gelu(x, { approximate: 'tanh' })),
  ofMatrix('SiLU', (x) => F.silu(x)),
  ofMatrix('sigmoid', (x) => x.sigmoid()),
  ofMatrix('tanh', (x) => x.tanh()),
  ofMatrix('softplus', (x) => F.softplus(x)),
  ofMatrix('ELU', (x) => F.elu(x)),
  ofMatrix('mish', (x) => F.mish(x)),
  ofMatrix('ReLU', (x) => F.relu(x)),
  ofMatrix('dropout', (x) => F.dropout(x, 0.3)),
  chain,
  lstmCell,
  gruCell,
];
