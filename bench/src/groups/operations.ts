/** Single operations: products of matrices of many sizes and layouts, and what is bound by memory. */

import { functional as F } from '@tenfold/nn';
import type { Tensor } from '@tenfold/tensor';
import type { BenchmarkSet, TimedVariant } from '../workload.ts';
import { computing, inputs } from './compute.ts';

const group = 'operations';

function product(
  name: string,
  flops: number,
  shapes: readonly (readonly number[])[],
  compute: (a: Tensor, b: Tensor) => Tensor,
): TimedVariant {
  return {
    name,
    flops,
    setup: () => {
      const [a, b] = inputs(...shapes);
      return computing(() => compute(a, b));
    },
  };
}

function square(n: number): BenchmarkSet {
  const flops = 2 * n ** 3;
  const shapes = [[n, n], [n, n]]; // prettier-ignore
  return {
    group,
    name: `matmul ${n}`,
    point: { plot: 'matrix product, by layout', axis: 'n', x: n },
    variants: [
      product('a b', flops, shapes, (a, b) => a.matmul(b)),
      product('a bᵀ', flops, shapes, (a, b) => a.matmul(b.t())),
      product('aᵀ b', flops, shapes, (a, b) => a.t().matmul(b)),
    ],
  };
}

const products: readonly BenchmarkSet[] = [
  ...[64, 128, 256, 512, 1024].map(square),
  {
    group,
    name: 'matmul of other shapes',
    variants: [
      product('8 of 128x128x128', 8 * 2 * 128 ** 3, [[8, 128, 128], [8, 128, 128]], (a, b) => a.matmul(b)),
      product('1x768 @ 768x3072', 2 * 768 * 3072, [[1, 768], [768, 3072]], (a, b) => a.matmul(b)),
      product('5x512 @ 512x512', 2 * 5 * 512 * 512, [[5, 512], [512, 512]], (a, b) => a.matmul(b)),
      product('1021x509 @ 509x257', 2 * 1021 * 509 * 257, [[1021, 509], [509, 257]], (a, b) => a.matmul(b)),
    ],
  },
]; // prettier-ignore

/** An operation on one array, at the size of a cache and beyond. */
function streaming(
  name: string,
  passes: number,
  compute: (x: Tensor) => Tensor,
  shapes: readonly (readonly [number, number])[] = [[64, 1024], [2048, 2048]],
): BenchmarkSet {
  return {
    group,
    name,
    variants: shapes.map(([rows, columns]) => ({
      name: `${rows}x${columns}`,
      bytes: passes * 4 * rows * columns,
      setup: () => {
        const [x] = inputs([rows, columns]);
        return computing(() => compute(x));
      },
    })),
  };
} // prettier-ignore

export const operations: readonly BenchmarkSet[] = [
  ...products,
  streaming('add', 2, (x) => x.add(1)),
  streaming('exp', 2, (x) => x.exp()),
  streaming('GELU', 2, (x) => F.gelu(x, { approximate: 'tanh' })),
  streaming('chain of ten operations and its sum', 1, (x) => {
    const inner = x.mul(0.79788).mul(x.mul(0.044715).mul(x).add(1)).tanh();
    return inner.mul(0.5).mul(x).add(x.mul(0.5)).mul(x.sigmoid()).add(x).sum();
  }),
  streaming('sum of rows', 1, (x) => x.sum(1)),
  streaming('sum of columns', 1, (x) => x.sum(0)),
  streaming('transposed copy', 2, (x) => x.t().contiguous()),
  streaming('softmax', 2, (x) => x.softmax(-1), [[64, 1000], [512, 4096]]),
  streaming('layer norm', 2, (x) => F.layerNorm(x, [x.shape[1]]), [[64, 1000], [512, 4096]]),
  streaming('cross-entropy', 1, (x) => F.crossEntropy(x, x.argmax(1)), [[64, 1000], [512, 4096]]),
]; // prettier-ignore
