/** Conformance: what a submission binds: batches, offsets, run-time numbers and extents, aliasing, order. */

import type { Backend, LoopKernel } from '@tenfold/ir';
import { describe, expect, it } from 'vitest';
import { differences, TOLERANCES } from '../closeness.ts';
import { InterpreterBackend } from '../interpreter-backend.ts';
import { KernelBuilder, accumulate, init, parallel, reduce, store } from '../kernel-builder.ts';
import { decode, encode } from '../number-format.ts';
import { SeededRandom } from '../seeded-random.ts';
import type { LaunchCase } from './harness.ts';
import { checkLaunches, sample } from './harness.ts';

/** AdamW for `size` parameters: scalars are learning rate, decay, and the two bias corrections. */
function adamW(size: number | { param: number; max: number }): LoopKernel {
  const max = typeof size === 'number' ? size : size.max;
  const k = new KernelBuilder('AdamW');
  const [w, m, v] = [1, 2, 3].map(() => k.operand('float32', max, 'readwrite'));
  const g = k.operand('float32', max, 'read');
  const i = k.axis(size);
  const [rate, decay, correction1, correction2] = [1, 2, 3, 4].map(() => k.scalar('float32'));
  const c = (value: number) => k.constant(value, 'float32');
  const grad = k.load(g, i.index);
  const mix = (old: number, share: number, x: number) =>
    k.binary('add', k.binary('mul', old, c(share)), k.binary('mul', x, c(1 - share)));
  const first = mix(k.load(m, i.index), 0.9, grad);
  const second = mix(k.load(v, i.index), 0.999, k.binary('mul', grad, grad));
  const scale = k.binary('add', k.unary('sqrt', k.binary('mul', second, correction2)), c(1e-8));
  const step = k.binary('div', k.binary('mul', k.binary('mul', rate, correction1), first), scale);
  const kept = k.binary('mul', k.load(w, i.index), k.binary('sub', c(1), k.binary('mul', rate, decay)));
  return k.loops([
    parallel(i, [
      store(w, i.index, k.binary('sub', kept, step)),
      store(m, i.index, first),
      store(v, i.index, second),
    ]),
  ]);
}

function adamWCase(max: number, seed: number, extents: number[] = []): LaunchCase {
  const random = new SeededRandom(seed);
  const [w, m, g] = [1, 2, 3].map(() => sample('float32', max, random));
  const v = sample('float32', max, random, [0, 2]);
  return { contents: [w, m, v, g], scalars: [1e-3 * seed, 0.01, 10 / seed, 1000 / seed], extents };
}

/** y[i] = x[i]·scalar + i, over at most `max` elements. */
function affine(max: number): LoopKernel {
  const k = new KernelBuilder('affine');
  const [x, y] = [k.operand('float32', max, 'read'), k.operand('float32', max, 'write')];
  const i = k.axis({ param: 0, max });
  const place = k.cast(k.index(i.index), 'float32');
  const value = k.binary('add', k.binary('mul', k.load(x, i.index), k.scalar('float32')), place);
  return k.loops([parallel(i, [store(y, i.index, value)])]);
}

export function launchSuite(backendOf: () => Backend): void {
  const tolerance = { rtol: 1e-5, atol: 1e-6 };

  describe('batched launches', () => {
    it('an optimizer’s update of one parameter, in place', () =>
      checkLaunches(backendOf(), adamW(100), [adamWCase(100, 3)], { tolerance }));
    it('of many parameters of one size', () =>
      checkLaunches(backendOf(), adamW(33), [1, 2, 3, 4, 5, 6].map((seed) => adamWCase(33, seed)), { tolerance })); // prettier-ignore
    it('of many parameters of many sizes, by an extent parameter', () => {
      const sizes = [1, 64, 7, 0, 50, 33, 2, 63];
      const cases = sizes.map((size, i) => adamWCase(64, i + 1, [size]));
      return checkLaunches(backendOf(), adamW({ param: 0, max: 64 }), cases, { tolerance });
    });
    it('no launches at all', () => {
      const backend = backendOf();
      const [program] = backend.compile([affine(4)]);
      expect(() => backend.submit([{ program, launches: [] }])).not.toThrow();
      expect(() => backend.submit([])).not.toThrow();
    });
  });

  describe('extent parameters', () => {
    it.each([0, 1, 5, 16])('%i of 16', (n) => {
      const x = sample('float32', 16, new SeededRandom(n));
      return checkLaunches(backendOf(), affine(16), [
        { contents: [x, undefined], scalars: [0.5], extents: [n] },
      ]);
    });

    it('of a reduced axis', () => {
      const k = new KernelBuilder('masked sums');
      const [x, y] = [k.operand('float32', 30, 'read'), k.operand('float32', 30, 'write')];
      const sum = k.accumulator('sum', 'float32');
      const [i, j] = [k.axis({ param: 1, max: 30 }), k.axis({ param: 0, max: 30 })];
      const product = k.binary('mul', k.load(x, j.index), k.cast(k.index(i.index), 'float32'));
      const body = [init(sum), reduce(j, [accumulate(sum, product)]), store(y, i.index, k.acc(sum))];
      const x30 = sample('float32', 30, new SeededRandom(2));
      const cases = [[30, 30], [3, 7], [0, 4], [11, 0]].map((extents) => ({ contents: [x30, undefined], extents })); // prettier-ignore
      return checkLaunches(backendOf(), k.loops([parallel(i, body)]), cases, {
        tolerance: { rtol: 2e-5, atol: 2e-5 },
      });
    });
  });

  describe('one slab', () => {
    /** Submits the same dispatches to the backend and to the interpreter, on a slab of places of four floats. */
    const checkSlab = async (
      places: number,
      kernels: readonly LoopKernel[],
      steps: readonly { kernel: number; at: readonly number[]; scalars?: number[]; extents?: number[] }[],
    ) => {
      const random = new SeededRandom(places);
      const data = Array.from({ length: places }, () => encode('float32', sample('float32', 4, random)));
      const results = [];
      for (const backend of [backendOf(), new InterpreterBackend()]) {
        const spacing = Math.max(backend.caps.alignment, 16);
        const slab = backend.alloc(places * spacing);
        data.forEach((bytes, place) => backend.write(slab, bytes, place * spacing));
        const programs = backend.compile(kernels);
        backend.submit(
          steps.map(({ kernel, at, scalars = [], extents = [] }) => {
            const operands = at.map((place) => ({ buffer: slab, offset: place * spacing }));
            return { program: programs[kernel], launches: [{ operands, scalars, extents }] };
          }),
        );
        const parts = [];
        for (const place of data.keys())
          parts.push(decode('float32', await backend.read(slab, place * spacing, 16)));
        results.push(parts.flat());
        backend.free(slab);
      }
      expect(differences(results[0], results[1], TOLERANCES.float32)).toEqual([]);
    };

    const increment = (() => {
      const k = new KernelBuilder('increment');
      const x = k.operand('float32', 4, 'readwrite');
      const i = k.axis(4);
      return k.loops([
        parallel(i, [store(x, i.index, k.binary('add', k.load(x, i.index), k.constant(1, 'float32')))]),
      ]);
    })();
    const sum = (() => {
      const k = new KernelBuilder('sum');
      const [x, y] = [k.operand('float32', 4, 'read'), k.operand('float32', 4, 'read')];
      const out = k.operand('float32', 4, 'write');
      const i = k.axis(4);
      return k.loops([
        parallel(i, [store(out, i.index, k.binary('add', k.load(x, i.index), k.load(y, i.index)))]),
      ]);
    })();

    it('runs dispatches in order, each seeing the one before', () =>
      checkSlab(4, [sum, increment], [
        { kernel: 0, at: [0, 1, 2] },
        { kernel: 1, at: [2] },
        { kernel: 0, at: [2, 0, 3] },
        { kernel: 1, at: [2] },
        { kernel: 0, at: [3, 2, 1] },
      ])); // prettier-ignore
    it('reads one place through two operands', () => checkSlab(4, [sum], [{ kernel: 0, at: [1, 1, 0] }]));
    it('writes where it reads: an output bound to its input', () =>
      checkSlab(4, [sum], [{ kernel: 0, at: [0, 1, 0] }]));
    it('runs one program twice with other numbers', () =>
      checkSlab(4, [affine(4)], [
        { kernel: 0, at: [0, 1], scalars: [2], extents: [4] },
        { kernel: 0, at: [1, 2], scalars: [-3], extents: [3] },
      ])); // prettier-ignore
    it('runs a hundred dispatches in one submission', () =>
      checkSlab(4, [increment], Array.from({ length: 100 }, () => ({ kernel: 0, at: [0] })))); // prettier-ignore
  });

  describe('an observer', () => {
    it('hears of each dispatch, in order, until it is taken away', async () => {
      const backend = backendOf();
      const kernels = [affine(4), adamW(8)];
      const buffers = [1, 2, 3, 4].map(() => backend.alloc(32));
      const batch = backend.compile(kernels).map((program) => {
        const { operands, scalars } = program.kernel;
        const bound = operands.map((_, i) => ({ buffer: buffers[i], offset: 0 }));
        return { program, launches: [{ operands: bound, scalars: scalars.map(() => 1), extents: [4] }] };
      });
      const heard: { name: string; begin: number; end: number }[] = [];
      const before = performance.now();
      // Three times: a batch that comes again may be run in another way.
      for (let time = 0; time < 3; time++) {
        backend.observer = ({ program }, begin, end) => heard.push({ name: program.kernel.name, begin, end });
        backend.submit(batch);
        await backend.synchronize();
        backend.observer = undefined;
      }
      backend.submit(batch);
      await backend.synchronize();
      for (const buffer of buffers) backend.free(buffer);
      expect(heard.map(({ name }) => name)).toEqual([
        'affine',
        'AdamW',
        'affine',
        'AdamW',
        'affine',
        'AdamW',
      ]);
      const times = [before, ...heard.flatMap(({ begin, end }) => [begin, end]), performance.now()];
      expect(times).toEqual([...times].sort((a, b) => a - b));
    });
  });

  describe('compiling', () => {
    it('gives one program a kernel, in order, and equal kernels equal results', () => {
      const backend = backendOf();
      const kernels = [affine(4), adamW(8), affine(4)];
      const programs = backend.compile(kernels);
      expect(programs.map((program) => program.kernel.name)).toEqual(['affine', 'AdamW', 'affine']);
      expect(backend.compile([])).toEqual([]);
    });

    it('compiles without waiting, where it can', async () => {
      const backend = backendOf();
      const programs = await (backend.compileAsync?.([affine(4)]) ?? backend.compile([affine(4)]));
      expect(programs).toHaveLength(1);
    });
  });
}
