/** Rows reduced by subgroups, where the device has them, against the interpreter: extrema and positions are exact. */

import type { DType, LoopKernel, ReduceKind } from '@tenfold/ir';
import { add, scale } from '@tenfold/ir';
import {
  KernelBuilder,
  SeededRandom,
  accumulate,
  checkKernel,
  init,
  parallel,
  reduce,
  sample,
  store,
} from '@tenfold/testing';
import { afterAll, expect, it } from 'vitest';
import { webgpuBackend } from '../../src/index.ts';
import { lowerLoops } from '../../src/kernels/loops.ts';
import { MINIMUM_TARGET } from '../../src/target.ts';
import { chooseLoopShape } from '../../src/kernels/loop-shape.ts';

const backend = await webgpuBackend();
afterAll(() => backend.dispose());

const [ROWS, COLUMNS] = [4, 1100];

function rowsOf(kind: ReduceKind, dtype: DType): LoopKernel {
  const k = new KernelBuilder(`${kind} of rows`);
  const positioned = kind === 'argmax' || kind === 'argmin';
  const x = k.operand(dtype, ROWS * COLUMNS, 'read');
  const y = k.operand(positioned ? 'int32' : dtype, ROWS, 'write');
  const acc = k.accumulator(kind, dtype);
  const [r, j] = [k.axis(ROWS), k.axis(COLUMNS)];
  const value = k.load(x, add(scale(r.index, COLUMNS), j.index));
  const body = [accumulate(acc, value, positioned ? k.index(j.index) : undefined)];
  return k.loops([parallel(r, [init(acc), reduce(j, body), store(y, r.index, k.acc(acc))])]);
}

it('are asked for where there are some, and a row has a workgroup', () => {
  const target = { ...MINIMUM_TARGET, subgroups: { min: 32, max: 32, ids: true } };
  const layout = {
    slabs: [{ type: 'f32', access: 'read_write' }],
    slabOf: [0, 0],
    rows: 1,
  } as const;
  const kernel = rowsOf('sum', 'float32');
  const textFor = (of: typeof target | typeof MINIMUM_TARGET) =>
    lowerLoops(kernel, chooseLoopShape(kernel, of)).passes[0].shader(layout);
  expect(textFor(target)).toContain('subgroupAdd');
  expect(textFor(MINIMUM_TARGET)).not.toContain('subgroup');
});

it.each([
  ['sum', 'float32'],
  ['sum', 'int8'],
  ['prod', 'int32'],
  ['max', 'float32'],
  ['min', 'float32'],
  ['max', 'uint8'],
  ['argmax', 'float32'],
  ['argmin', 'float32'],
  ['argmin', 'int32'],
] as const)('%s of %s', async (kind, dtype) => {
  const special = [NaN, -0, 0, Infinity, -Infinity];
  const data = sample(dtype, ROWS * COLUMNS, new SeededRandom(3), dtype === 'int32' ? [-99, 99] : undefined);
  // The first row has everything, the second zeros of both signs, the third ties, the fourth no more than numbers.
  const mixed = data.map((x, i) => {
    if (dtype !== 'float32' || kind === 'sum') return x;
    if (i < COLUMNS) return special[i % 7] ?? x;
    if (i < 2 * COLUMNS) return i % 2 === 0 ? -0 : 0;
    return i < 3 * COLUMNS ? Math.round(Number(x)) : x;
  });
  const contents = [mixed, undefined];
  await checkKernel(backend, rowsOf(kind, dtype), { contents }, { tolerance: { rtol: 1e-4, atol: 1e-4 } });
});
