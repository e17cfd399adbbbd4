/** Single operations: products of matrices, and what is bound by memory. */
import '@tenfold/backend-cpu';
import { manualSeed, randn, type Tensor } from '@tenfold/tensor';
import type { Workload } from '../lib/measure.ts';

function matmul(m: number, n: number, k: number): Workload {
  return {
    name: `matmul ${m}x${k} @ ${k}x${n}`,
    flops: 2 * m * n * k,
    setup: async () => {
      const [a, b] = inputs([m, k], [k, n]);
      return async () => a.matmul(b).realize();
    },
  };
}

function rowwise(name: string, rows: number, columns: number, compute: (x: Tensor) => Tensor): Workload {
  return {
    name: `${name} ${rows}x${columns}`,
    samples: rows,
    setup: async () => {
      const [x] = inputs([rows, columns]);
      return async () => compute(x).realize();
    },
  };
}

function inputs(...shapes: readonly number[][]): readonly Tensor[] {
  manualSeed(0);
  return shapes.map((shape) => randn(shape).realize());
}

export const operations: readonly Workload[] = [
  matmul(512, 512, 512),
  matmul(1024, 1024, 1024),
  matmul(5, 512, 512),
  rowwise('add', 1024, 1024, (x) => x.add(x)),
  rowwise('exp', 1024, 1024, (x) => x.exp()),
  rowwise('sum of rows', 1024, 1024, (x) => x.sum(1)),
  rowwise('softmax', 1024, 1024, (x) => x.softmax(-1)),
];
