/** Storages that one run both reads and writes: in place where that is safe, by a copy where it is not. */

import { InterpreterBackend, ReferenceEngine, runSlice } from '@tenfold/testing';
import type { Scalar } from '@tenfold/testing';
import { describe, expect, it } from 'vitest';
import type { Slice } from '../src/index.ts';
import { StandardEngine, schedule, verifyKernel } from '../src/index.ts';
import { Program, softmaxOf } from './support/programs.ts';

/** Runs a program both ways on the same contents, in an unhelpful order, and gives its dispatches. */
async function check(build: (p: Program) => void) {
  const program = new Program();
  build(program);
  const slice: Slice = program.build();
  const contents = slice.storages.map(({ shape }, s): Scalar[] =>
    Array.from({ length: shape.reduce((n, size) => n * size, 1) }, (_, i) => ((7 * i + 3 * s) % 11) / 4 - 1),
  );
  const backend = new InterpreterBackend({ order: 'reverse' });
  const expected = await runSlice(slice, backend, new ReferenceEngine(backend), contents);
  const actual = await runSlice(slice, backend, new StandardEngine(backend), contents);
  actual.forEach((values, storage) =>
    values.forEach((x, i) =>
      expect(x, `storage ${storage} at ${i}`).toBeCloseTo(Number(expected[storage][i]), 5),
    ),
  );
  const { dispatches, buffers } = schedule(slice);
  for (const { kernel } of dispatches) verifyKernel(kernel);
  return { dispatches, temporaries: buffers.count - buffers.storages };
}

describe('written in place', () => {
  it('an elementwise update', async () => {
    const { dispatches, temporaries } = await check((p) => {
      const storage = p.storage('float32', [8]);
      const w = p.leaf(storage);
      p.output(p.binary('sub', w, p.input32(8)), storage);
    });
    expect(temporaries).toBe(0);
    expect(dispatches.map(({ kernel }) => kernel.operands.map(({ access }) => access))).toEqual([
      ['readwrite', 'read'],
    ]);
  });

  it('an update after everything that reads the old contents', async () => {
    const { dispatches, temporaries } = await check((p) => {
      const storage = p.storage('float32', [8, 8]);
      const w = p.leaf(storage);
      p.output(p.unary('exp', w), storage);
      p.output(p.linear(p.input32(8, 8), w));
      p.output(p.add('flip', [w], { axes: [0] }));
    });
    expect(temporaries).toBe(0);
    expect(dispatches[dispatches.length - 1].kernel.operands[0].access).toBe('readwrite');
  });

  it('a row normalised over itself', async () => {
    const { dispatches, temporaries } = await check((p) => {
      const storage = p.storage('float32', [4, 8]);
      p.output(softmaxOf(p, p.leaf(storage)), storage);
    });
    expect([dispatches.length, temporaries]).toEqual([1, 0]);
  });

  it('a value and how it changed', async () => {
    const { dispatches, temporaries } = await check((p) => {
      const storage = p.storage('float32', [8]);
      const w = p.leaf(storage);
      const next = p.binary('mul', w, p.input32(8));
      p.output(next, storage);
      p.output(p.binary('sub', next, w));
    });
    expect([dispatches.length, temporaries]).toEqual([1, 0]);
  });

  it('rows written into a larger array', async () => {
    const { temporaries } = await check((p) => {
      const storage = p.storage('float32', [8, 4]);
      const index = p.add('iota', [], { shape: [2, 4], axis: 0 });
      p.output(
        p.add('scatter', [p.leaf(storage), index, p.input32(2, 4)], { axis: 0, mode: 'set' }),
        storage,
      );
    });
    expect(temporaries).toBe(0);
  });

  it('a running sum along an axis', async () => {
    const { temporaries } = await check((p) => {
      const storage = p.storage('float32', [8, 4]);
      p.output(p.add('scan', [p.leaf(storage)], { axis: 0, kind: 'sum' }), storage);
    });
    expect(temporaries).toBe(0);
  });

  it('a running mean that a whole reduction updates', async () => {
    const { dispatches, temporaries } = await check((p) => {
      const storage = p.storage('float32', [6]);
      const x = p.input32(10, 6);
      const old = p.leaf(storage);
      p.output(p.binary('add', p.binary('mul', old, p.number(0.9, old)), p.reduce('sum', x, [0])), storage);
    });
    expect([dispatches.length, temporaries]).toEqual([1, 0]);
  });
});

describe('written by a copy', () => {
  it('two storages that change places', async () => {
    const { dispatches } = await check((p) => {
      const [a, b] = [p.storage('float32', [8]), p.storage('float32', [8])];
      const [x, y] = [p.leaf(a), p.leaf(b)];
      p.output(y, a);
      p.output(x, b);
    });
    expect(dispatches.length).toBeLessThanOrEqual(3);
  });

  it('an array shifted over itself', async () => {
    const { temporaries } = await check((p) => {
      const storage = p.storage('float32', [8]);
      const w = p.leaf(storage);
      const shifted = p.add('slice', [w], { start: [1], step: [1], shape: [7] });
      p.output(p.add('pad', [shifted], { lo: [0], hi: [1], interior: [0], value: 0 }), storage);
    });
    expect(temporaries).toBe(1);
  });

  it('a transposition', async () => {
    const { temporaries } = await check((p) => {
      const storage = p.storage('float32', [4, 4]);
      p.output(p.add('permute', [p.leaf(storage)], { axes: [1, 0] }), storage);
    });
    expect(temporaries).toBe(1);
  });

  it('a product with itself', async () => {
    const { temporaries } = await check((p) => {
      const storage = p.storage('float32', [4, 4]);
      const w = p.leaf(storage);
      p.output(p.linear(w, w), storage);
    });
    expect(temporaries).toBe(1);
  });

  it('a sort of itself', async () => {
    await check((p) => {
      const storage = p.storage('int32', [6]);
      p.output(p.add('argsort', [p.leaf(storage)], { axis: 0, descending: false }), storage);
    });
  });

  it('rows that read the maximum of all of them', async () => {
    const { temporaries } = await check((p) => {
      const storage = p.storage('float32', [64, 512]);
      const w = p.leaf(storage);
      p.output(p.binary('sub', w, p.over('max', w, [0, 1])), storage);
    });
    // The maximum alone: the difference is taken in place once it is known.
    expect(temporaries).toBe(1);
  });

  it('a gather from what is overwritten', async () => {
    const { temporaries } = await check((p) => {
      const storage = p.storage('float32', [6, 4]);
      const index = p.add('flip', [p.add('iota', [], { shape: [6, 4], axis: 0 })], { axes: [0] });
      p.output(p.add('gather', [p.leaf(storage), index], { axis: 0 }), storage);
    });
    expect(temporaries).toBe(1);
  });
});
