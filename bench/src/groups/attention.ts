/** Attention over sequences of growing length: forward, and with gradients. */

import { functional as F } from '@tenfold/nn';
import { noGrad } from '@tenfold/tensor';
import type { BenchmarkSet } from '../workload.ts';
import { computing, differentiating, inputs } from './compute.ts';

const [BATCH, HEADS, WIDTH] = [1, 8, 64];

function over(length: number): BenchmarkSet {
  const shape = [BATCH, HEADS, length, WIDTH];
  // Scores and their use: two products, each 2·T²·d a head; the causal half of them, which is what must be computed.
  const flops = (4 * BATCH * HEADS * length * length * WIDTH) / 2;
  const forward = (isCausal: boolean) => () => {
    const [q, k, v] = inputs(shape, shape, shape);
    return computing(() => noGrad(() => F.scaledDotProductAttention(q, k, v, { isCausal })));
  };
  return {
    group: 'attention',
    name: `${length} tokens`,
    point: { plot: 'attention over the length, 8 heads of 64', axis: 'tokens', x: length },
    variants: [
      { name: 'forward', flops: 2 * flops, setup: forward(false) },
      { name: 'causal', flops, setup: forward(true) },
      {
        name: 'causal, with gradients',
        flops: 3.5 * flops,
        setup: () => {
          const [q, k, v, g] = inputs(shape, shape, shape, shape);
          const attend = () => F.scaledDotProductAttention(q, k, v, { isCausal: true });
          return differentiating([q, k, v], g, attend);
        },
      },
    ],
  };
}

export const attention: readonly BenchmarkSet[] = [64, 128, 256, 512, 1024, 2048].map(over);
