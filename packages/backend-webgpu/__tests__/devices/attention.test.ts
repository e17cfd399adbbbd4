/** Attention beside what every backend is tested for: features that take several groups of columns and several chunks. */

import { add, scale } from '@tenfold/ir';
import type { AttentionResult } from '@tenfold/ir';
import type { Axis, Scalar } from '@tenfold/testing';
import { KernelBuilder, SeededRandom, checkKernel, sample } from '@tenfold/testing';
import { afterAll, it } from 'vitest';
import { webgpuBackend } from '../../src/index.ts';

const backend = await webgpuBackend();
afterAll(() => backend.dispose());

function checkAttention(result: AttentionResult, sizes: readonly [number, number, number, number]) {
  const b = new KernelBuilder('attention');
  const random = new SeededRandom(sizes[2]);
  const [query, key, depth, width] = sizes.map((n) => b.axis(n));
  const [queries, keys, deep, wide] = sizes;
  const contents: (readonly Scalar[] | undefined)[] = [];
  const matrix = (rows: Axis, count: number, columns?: Axis, more = 1, range = [-1, 1] as const) => {
    contents.push(sample('float32', count * more, random, range));
    const operand = b.operand('float32', count * more, 'read');
    return b.load(operand, columns ? add(scale(rows.index, more), columns.index) : rows.index);
  };
  const inputs = [
    matrix(query, queries, depth, deep),
    matrix(key, keys, depth, deep),
    matrix(key, keys, width, wide),
    b.constant(0.25, 'float32'),
    ...(result === 'output'
      ? []
      : [matrix(query, queries, width, wide), matrix(query, queries, undefined, 1), matrix(query, queries)]),
  ];
  const elements = result === 'output' ? queries * (wide + 1) : queries * deep + keys * (deep + wide);
  const output = b.operand('float32', elements, 'write');
  const axes = { batch: [], query: query.id, key: key.id, depth: depth.id, width: width.id };
  const kernel = b.attention({ result, causal: true, ...axes, inputs, output });
  return checkKernel(
    backend,
    kernel,
    { contents: [...contents, undefined] },
    { tolerance: { rtol: 1e-4, atol: 1e-4 } },
  );
}

it.each(['output', 'gradients'] as const)('%s of many features', async (result) => {
  await checkAttention(result, [9, 40, 256, 130]);
});
