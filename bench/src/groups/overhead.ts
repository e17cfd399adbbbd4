/**
 * What a step costs beyond its arithmetic: sixty kernels that cannot be fused, each of a few elements, so that nearly all of
 * the time is tracing, looking up the plan, binding and calling.
 */

import { compile, noGrad } from '@tenfold/tensor';
import type { Tensor } from '@tenfold/tensor';
import type { BenchmarkSet } from '../workload.ts';
import { computing, inputs } from './compute.ts';

export const KERNELS = 60;

/** A chain of products of 2x2 matrices. */
export function chain(): () => Tensor {
  const [x, w] = inputs([2, 2], [2, 2]);
  return () =>
    noGrad(() => {
      let y = x;
      for (let i = 0; i < KERNELS; i++) y = y.matmul(w);
      return y;
    });
}

export const overhead: readonly BenchmarkSet[] = [
  {
    group: 'overhead',
    name: `step of ${KERNELS} kernels`,
    variants: [
      { name: 'traced again', setup: () => computing(chain()) },
      { name: 'replayed', setup: () => computing(compile(chain())) },
    ],
  },
  {
    group: 'overhead',
    name: 'step of one kernel',
    variants: [
      {
        name: 'traced again',
        setup: () => {
          const [x] = inputs([4]);
          return computing(() => x.add(x));
        },
      },
      {
        name: 'replayed',
        setup: () => {
          const [x] = inputs([4]);
          return computing(compile(() => x.add(x)));
        },
      },
    ],
  },
];
