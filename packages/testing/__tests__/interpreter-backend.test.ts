import type { Kernel, LoopKernel, Stmt } from '@tenfold/ir';
import { OutOfMemoryError, ZERO, add, computed, constant, offset, scale } from '@tenfold/ir';
import { describe, expect, it } from 'vitest';
import type { InterpreterOptions, Scalar } from '../src/index.ts';
import {
  InterpreterBackend,
  KernelBuilder,
  accumulate,
  decode,
  encode,
  init,
  parallel,
  reduce,
  serial,
  store,
} from '../src/index.ts';

/** Runs a kernel on arrays, one buffer an operand, and gives back what the buffers hold. */
function execute(
  kernel: Kernel,
  arrays: readonly Scalar[][],
  options?: InterpreterOptions,
  extents: number[] = [],
) {
  const backend = new InterpreterBackend(options);
  const refs = kernel.operands.map(({ dtype }, i) => {
    const bytes = encode(dtype, arrays[i]);
    const buffer = backend.alloc(bytes.byteLength);
    backend.write(buffer, bytes);
    return { buffer, offset: 0 };
  });
  const [program] = backend.compile([kernel]);
  backend.submit([{ program, launches: [{ operands: refs, scalars: [], extents }] }]);
  return kernel.operands.map(({ dtype }, i) => decode(dtype, backend.readSync(refs[i].buffer)));
}

/** y[i] = x[i] + 1, over 4 elements. */
function increment(change: Partial<LoopKernel> = {}): LoopKernel {
  const k = new KernelBuilder('increment');
  const [x, y] = [k.operand('float32', 4, 'read'), k.operand('float32', 4, 'write')];
  const i = k.axis(4);
  const sum = k.binary('add', k.load(x, i.index), k.constant(1, 'float32'));
  return { ...k.loops([parallel(i, [store(y, i.index, sum)])]), ...change };
}

describe('loops', () => {
  it('runs a pointwise kernel in any order', () => {
    for (const order of ['forward', 'reverse', 'shuffle'] as const) {
      expect(
        execute(
          increment(),
          [
            [1, 2, 3, 4],
            [0, 0, 0, 0],
          ],
          { order },
        )[1],
      ).toEqual([2, 3, 4, 5]);
    }
  });

  it('computes a value once, before the stores of its iteration', () => {
    const k = new KernelBuilder('in place');
    const [x, y] = [k.operand('float32', 3, 'readwrite'), k.operand('float32', 3, 'write')];
    const i = k.axis(3);
    const old = k.load(x, i.index);
    const next = k.binary('mul', old, k.constant(10, 'float32'));
    const kernel = k.loops([parallel(i, [store(x, i.index, next), store(y, i.index, old)])]);
    expect(
      execute(kernel, [
        [1, 2, 3],
        [0, 0, 0],
      ]),
    ).toEqual([
      [10, 20, 30],
      [1, 2, 3],
    ]);
  });

  it('normalises rows in one kernel with two reductions', () => {
    const k = new KernelBuilder('softmax');
    const [x, y] = [k.operand('float64', 6, 'read'), k.operand('float64', 6, 'write')];
    const [row, column] = [k.axis(2), k.axis(3)];
    const index = add(scale(row.index, 3), column.index);
    const [max, sum] = [k.accumulator('max', 'float64'), k.accumulator('sum', 'float64')];
    const value = k.load(x, index);
    const e = k.unary('exp', k.binary('sub', value, k.acc(max)));
    const body: Stmt[] = [
      init(max),
      reduce(column, [accumulate(max, value)]),
      init(sum),
      reduce(column, [accumulate(sum, e)]),
      parallel(column, [store(y, index, k.binary('div', e, k.acc(sum)))]),
    ];
    const [, out] = execute(k.loops([parallel(row, body)]), [[1, 2, 3, 1, 1, 1], Array<number>(6).fill(0)], {
      order: 'shuffle',
      seed: 3,
    });
    const expected = [0.09003057317038046, 0.24472847105479764, 0.6652409557748218, 1 / 3, 1 / 3, 1 / 3];
    out.forEach((x, i) => expect(x).toBeCloseTo(expected[i], 14));
  });

  it('finds the first position of an extremum in any order', () => {
    const k = new KernelBuilder('argmax');
    const [x, y] = [k.operand('int32', 5, 'read'), k.operand('int32', 1, 'write')];
    const i = k.axis(5);
    const best = k.accumulator('argmax', 'int32');
    const kernel = k.loops([
      init(best),
      reduce(i, [accumulate(best, k.load(x, i.index), k.index(i.index))]),
      store(y, ZERO, k.acc(best)),
    ]);
    for (const order of ['forward', 'reverse', 'shuffle'] as const) {
      expect(execute(kernel, [[1, 7, 3, 7, 0], [0]], { order })[1]).toEqual([1]);
    }
  });

  it('follows computed indices, and combining stores', () => {
    const k = new KernelBuilder('count');
    const [index, counts] = [k.operand('int32', 5, 'read'), k.operand('int32', 3, 'readwrite')];
    const i = k.axis(5);
    const target = computed(k.load(index, i.index), 0, 2);
    const kernel = k.loops([serial(i, [store(counts, target, k.constant(1, 'int32'), { combine: 'sum' })])]);
    expect(
      execute(kernel, [
        [2, 0, 2, 2, 0],
        [0, 0, 10],
      ])[1],
    ).toEqual([2, 0, 13]);
  });

  it('gives zero outside the guards and touches no memory there', () => {
    const k = new KernelBuilder('shift');
    const [x, y] = [k.operand('float32', 3, 'read'), k.operand('float32', 5, 'write')];
    const i = k.axis(5);
    const source = offset(i.index, -1);
    const kernel = k.loops([
      parallel(i, [store(y, i.index, k.load(x, source, [{ index: source, lo: 0, hi: 3 }]))]),
    ]);
    expect(
      execute(kernel, [
        [1, 2, 3],
        [9, 9, 9, 9, 9],
      ])[1],
    ).toEqual([0, 1, 2, 3, 0]);
  });

  it('takes extents from the launch', () => {
    const k = new KernelBuilder('some');
    const y = k.operand('int32', 4, 'write');
    const i = k.axis({ param: 0, max: 4 });
    const kernel = k.loops([parallel(i, [store(y, i.index, k.index(i.index))])]);
    expect(execute(kernel, [[7, 7, 7, 7]], {}, [2])[0]).toEqual([0, 1, 7, 7]);
    expect(() => execute(kernel, [[7, 7, 7, 7]], {}, [5])).toThrow(/extent parameter 0 is 5, at most 4/);
  });
});

describe('contractions and routines', () => {
  it('sums products of guarded loads and runs the epilogue once a point', () => {
    const k = new KernelBuilder('matmul');
    const [a, b] = [k.operand('float32', 6, 'read'), k.operand('float32', 6, 'read')];
    const out = k.operand('float32', 4, 'write');
    const acc = k.accumulator('sum', 'float32');
    const [m, n, l] = [k.axis(2), k.axis(2), k.axis(3)];
    const kernel = k.contract({
      batch: [],
      m: [m.id],
      n: [n.id],
      k: [l.id],
      a: k.load(a, add(scale(m.index, 3), l.index)),
      b: k.load(b, add(scale(l.index, 2), n.index)),
      epilogue: [store(out, add(scale(m.index, 2), n.index), k.unary('neg', k.acc(acc)))],
    });
    expect(
      execute(kernel, [
        [1, 2, 3, 4, 5, 6],
        [1, 0, 0, 1, 1, 1],
        [0, 0, 0, 0],
      ])[2],
    ).toEqual([-4, -5, -10, -11]);
  });

  it('sorts rows that are interleaved', () => {
    const k = new KernelBuilder('argsort');
    k.operand('float32', 6, 'read');
    k.operand('int32', 6, 'write');
    const kernel = k.argsort({ rows: 2, length: 3, stride: 2, descending: false });
    expect(
      execute(kernel, [
        [3, 1, 1, 2, 2, 3],
        [0, 0, 0, 0, 0, 0],
      ])[1],
    ).toEqual([1, 0, 2, 1, 0, 2]);
  });
});

describe('what it refuses', () => {
  const run = (kernel: LoopKernel) => () =>
    execute(kernel, [
      [1, 2, 3, 4],
      [0, 0, 0, 0],
    ]);

  it('an access outside an operand', () => {
    const base = increment();
    const operands = [{ ...base.operands[0], elements: 3 }, base.operands[1]];
    expect(run({ ...base, operands })).toThrow(
      /'increment': load of operand 0 at 3, which has 3 elements \(at i0=3\)/,
    );
  });

  it('a store into a read operand, a load from a write operand', () => {
    const [x, y] = increment().operands;
    expect(run(increment({ operands: [x, { ...y, access: 'read' }] }))).toThrow(
      /operand 1, which is read only/,
    );
    expect(run(increment({ operands: [{ ...x, access: 'write' }, y] }))).toThrow(
      /operand 0, which is write only/,
    );
  });

  it('dtypes that do not agree, a variable outside its loop, an accumulator not initialised', () => {
    const [x, y] = increment().operands;
    expect(run(increment({ operands: [x, { ...y, dtype: 'int32' }] }))).toThrow(
      /stored %2 is float32, expected int32/,
    );
    const [loop] = increment().body;
    const inner = loop.kind === 'loop' ? loop.body : [];
    expect(run(increment({ body: inner }))).toThrow(/reads i0 outside its loop/);
    const k = new KernelBuilder('uninitialised');
    const out = k.operand('float32', 1, 'write');
    const kernel = k.loops([store(out, ZERO, k.acc(k.accumulator('sum', 'float32')))]);
    expect(() => execute(kernel, [[0]])).toThrow(/accumulator 0 is read before it is initialised/);
  });

  it('an index beyond the bounds it promised', () => {
    const k = new KernelBuilder('liar');
    const [index, y] = [k.operand('int32', 1, 'read'), k.operand('int32', 8, 'write')];
    const at = computed(k.load(index, constant(0)), 0, 3);
    const kernel = k.loops([store(y, at, k.constant(1, 'int32'))]);
    expect(() => execute(kernel, [[5], Array<number>(8).fill(0)])).toThrow(/is 5, promised in \[0, 3\]/);
  });

  it('too many buffers, unaligned offsets, launches that overlap, freed buffers', () => {
    const backend = new InterpreterBackend({ caps: { maxOperands: 1 } });
    const [program] = backend.compile([increment()]);
    const [a, b] = [backend.alloc(64), backend.alloc(64)];
    const launch = (x: number, atX: number, y: number, atY: number) => ({
      operands: [
        { buffer: x, offset: atX },
        { buffer: y, offset: atY },
      ],
      scalars: [],
      extents: [],
    });
    const submit =
      (...launches: ReturnType<typeof launch>[]) =>
      () =>
        backend.submit([{ program, launches }]);
    expect(submit(launch(a, 0, b, 0))).toThrow(/binds 2 buffers, at most 1/);
    expect(submit(launch(a, 0, a, 20))).toThrow(/at byte 20 is not aligned to 16/);
    expect(submit(launch(a, 0, a, 64))).toThrow(/bytes 64 to 80 of buffer 1, which has 64/);
    expect(submit(launch(a, 0, a, 16), launch(a, 16, a, 32))).toThrow(/launches of one dispatch overlap/);
    expect(submit(launch(a, 0, a, 16), launch(a, 0, a, 32))).not.toThrow();
    backend.free(a);
    expect(() => backend.readSync(a)).toThrow(/does not exist or was freed/);
  });

  it('more memory than there is', () => {
    const backend = new InterpreterBackend({ memoryBytes: 100, caps: { maxBufferBytes: 80 } });
    expect(() => backend.alloc(81)).toThrow(OutOfMemoryError);
    backend.alloc(60);
    expect(() => backend.alloc(60)).toThrow(/60 bytes do not fit: 60 of 100/);
  });

  it('a loop wrongly called parallel gives another result when shuffled', () => {
    const k = new KernelBuilder('prefix');
    const [x, y] = [k.operand('int32', 8, 'read'), k.operand('int32', 8, 'write')];
    const sum = k.accumulator('sum', 'int32');
    const i = k.axis(8);
    const body = [accumulate(sum, k.load(x, i.index)), store(y, i.index, k.acc(sum))];
    const ones = Array<number>(8).fill(1);
    const right = [1, 2, 3, 4, 5, 6, 7, 8];
    expect(execute(k.loops([init(sum), serial(i, body)]), [ones, ones], { order: 'shuffle' })[1]).toEqual(
      right,
    );
    expect(
      execute(k.loops([init(sum), parallel(i, body)]), [ones, ones], { order: 'shuffle' })[1],
    ).not.toEqual(right);
  });
});
