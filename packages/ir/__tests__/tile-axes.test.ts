/** Transposed reads are tiled where lines would be lost, and compute what they did. */

import { describe, expect, it } from 'vitest';
import { InterpreterBackend, ReferenceEngine, SliceBuilder, runSlice } from '@tenfold/testing';
import { StandardEngine, printKernel, schedule, verifyKernel } from '../src/index.ts';

/** The sum of a matrix and the transpose of another, for each of `batch`. */
function transposed(batch: number, rows: number, columns: number) {
  const slice = new SliceBuilder();
  const x = slice.input('float32', [batch, columns, rows]);
  const y = slice.input('float32', [batch, rows, columns]);
  slice.output(slice.add('add', [slice.add('permute', [x], { axes: [0, 2, 1] }), y], undefined));
  return slice.build();
}

function print(batch: number, rows: number, columns: number): string {
  const kernels = schedule(transposed(batch, rows, columns)).dispatches.map(({ kernel }) => kernel);
  for (const kernel of kernels) verifyKernel(kernel);
  return `\n${kernels.map((kernel) => printKernel(kernel)).join('\n')}\n`;
}

describe('a transposed read', () => {
  it('is tiled: a tile of rows goes inside, as long as a cache line', () => {
    expect(print(1, 96, 70)).toMatchInlineSnapshot(`
      "
      loop add(in b0: float32[6720], in b1: float32[6720], out b2: float32[6720])
        parallel i0: 6
          parallel i1: 70
            parallel i2: 16
              b2[1120*i0+i1+70*i2] = (b0[16*i0+96*i1+i2] + b1[1120*i0+i1+70*i2])
      "
    `);
  });

  it('has tiles that divide the loop', () => {
    expect(print(3, 70, 96)).toContain(': 14');
  });

  it('is left alone where there is no such tile, or all fits the cache', () => {
    expect(print(1, 67, 96)).not.toContain('i2');
    expect(print(1, 32, 512)).not.toContain('i2');
  });

  it.each([
    [1, 96, 70],
    [3, 70, 96],
    [1, 67, 96],
  ])('of %i, %i x %i, gives what it gave', async (batch, rows, columns) => {
    const slice = transposed(batch, rows, columns);
    const contents = slice.storages.map(({ shape: extents }, i) =>
      i === 2
        ? undefined
        : Array.from({ length: extents.reduce((a, b) => a * b, 1) }, (_, at) => at * (i + 1)),
    );
    const [reference, backend] = [
      new InterpreterBackend(),
      new InterpreterBackend({ order: 'shuffle', seed: 3 }),
    ];
    const expected = await runSlice(slice, reference, new ReferenceEngine(reference), contents);
    expect(await runSlice(slice, backend, new StandardEngine(backend), contents)).toEqual(expected);
  });
});
