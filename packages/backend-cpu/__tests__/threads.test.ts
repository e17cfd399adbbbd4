import type { Kernel, ThreadSpan } from '@tenfold/ir';
import { DeviceError, TenfoldError } from '@tenfold/ir';
import { SeededRandom } from '@tenfold/testing';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cpuBackend } from '../src/index.ts';
import type { CpuBackend } from '../src/index.ts';
import { Heap } from '../src/memory/heap.ts';
import { LinearMemory } from '../src/memory/linear-memory.ts';
import { CONTROL, HEAP_START } from '../src/pool/control.ts';
import { ThreadPool } from '../src/pool/thread-pool.ts';
import { atomic, i32, ModuleBuilder } from '../src/wasm/index.ts';
import { attention, columnSums, gelu, linear, softmax, sum } from './support/kernels.ts';
import { runKernel } from './support/run.ts';

const KERNELS = [
  ['pointwise', gelu(300_001)],
  ['rows', softmax(301, 1001)],
  ['columns', columnSums(2001, 515)],
  ['one sum', sum(1_000_003)],
  ['a matrix product', linear(129, 257, 300)],
  ['attention', attention('output', 3, 301, 20)],
  ['gradients of attention', attention('gradients', 3, 301, 20)],
] as const;

function inputs(kernel: Kernel) {
  const random = new SeededRandom(7);
  return kernel.operands.map(({ access, elements }) =>
    access === 'read' ? Float32Array.from({ length: elements }, () => random.uniform(-2, 2)) : undefined,
  );
}

/** The last operand's bytes. */
function output(backend: CpuBackend, kernel: Kernel, contents: ReturnType<typeof inputs>): Uint8Array {
  return runKernel(backend, kernel, contents).at(-1) ?? new Uint8Array();
}

describe('threads', () => {
  it('tell an observer what each of them did', () => {
    const backend = cpuBackend({ threads: 3 });
    const kernel = gelu(300_001);
    const contents = inputs(kernel);
    const heard: (readonly ThreadSpan[])[] = [];
    const from = performance.now();
    backend.observer = (_, begin, end, threads = []) => {
      expect(begin).toBeGreaterThanOrEqual(from);
      for (const span of threads) {
        expect(span.end).toBeGreaterThanOrEqual(span.begin);
        // Clocks of threads agree to a part of a millisecond.
        expect(span.begin).toBeGreaterThan(begin - 1);
        expect(span.end).toBeLessThan(end + 1);
      }
      heard.push(threads);
    };
    for (let i = 0; i < 10; i++) output(backend, kernel, contents);
    backend.dispose();
    expect(heard).toHaveLength(10);
    for (const threads of heard) {
      const numbers = threads.map(({ thread }) => thread);
      // A worker that was not yet awake did nothing.
      expect(numbers).toEqual([0, 1, 2].filter((thread) => numbers.includes(thread)));
      expect(numbers[0]).toBe(0);
    }
  });

  it.each(KERNELS)('%s: the same bits with one thread, two and four', (_, kernel) => {
    const [one, ...others] = [1, 2, 4].map((threads) => {
      const backend = cpuBackend({ threads });
      const contents = inputs(kernel);
      const [first, ...repeated] = Array.from({ length: 8 }, () => output(backend, kernel, contents));
      expect(repeated.filter((result) => Buffer.compare(result, first) !== 0)).toEqual([]);
      backend.dispose();
      return first;
    });
    for (const other of others) expect(Buffer.compare(one, other)).toBe(0);
  });

  it('run the same batch again and again', () => {
    const backend = cpuBackend({ threads: 3 });
    const count = 400_000;
    const [program] = backend.compile([gelu(count)]);
    const [x, y] = [backend.alloc(4 * count), backend.alloc(4 * count)];
    backend.write(x, new Uint8Array(new Float32Array(count).fill(1).buffer));
    const operands = [x, y].map((buffer) => ({ buffer, offset: 0 }));
    const batch = Array.from({ length: 5 }, () => ({
      program,
      launches: [{ operands, scalars: [], extents: [] }],
    }));
    for (let i = 0; i < 200; i++) backend.submit(batch);
    const result = new Float32Array(backend.readSync(y).buffer);
    expect(new Set(result).size).toBe(1);
    expect(result[0]).toBeCloseTo(0.841192, 6);
    backend.dispose();
  });

  it('must be a positive number', () => {
    expect(() => cpuBackend({ threads: 0 })).toThrow(DeviceError);
    expect(() => cpuBackend({ threads: 1.5 })).toThrow('cpu: threads must be a positive integer, got 1.5');
  });
});

describe('the pool', () => {
  const newHeap = () => new Heap(new LinearMemory(true, HEAP_START), HEAP_START);

  /** A module whose f0 adds the length of its range to the word at `args`, and whose f1 traps. */
  function module(heap: Heap): Uint8Array<ArrayBuffer> {
    const builder = new ModuleBuilder();
    builder.importMemory('env', 'memory', heap.memory.limits);
    const counting = builder.func('f0', { params: ['i32', 'i32', 'i32'], export: true });
    const [args, begin, end] = counting.params;
    counting.drop(atomic.i32.add(args, i32.sub(end, begin)));
    builder.func('f1', { params: ['i32', 'i32', 'i32'], export: true }).unreachable();
    return builder.toBytes();
  }

  function tasks(address: number, count: number): Int32Array {
    return Int32Array.from({ length: 3 * count }, (_, i) => [address, 0, 2][i % 3]);
  }

  it('runs every task exactly once, also while workers start, sleep and wake', async () => {
    const heap = newHeap();
    const pool = new ThreadPool(heap, 4);
    const first = pool.load(module(heap), 2);
    const address = heap.alloc(64);
    const words = new Int32Array(heap.memory.memory.buffer);
    let expected = 0;
    Atomics.store(words, address / 4, 0);
    for (let round = 0; round < 400; round++) {
      const count = 1 + ((round * 37) % 500);
      pool.begin(true);
      pool.run(first, tasks(address, count));
      pool.end();
      expected += 2 * count;
      expect(Atomics.load(words, address / 4)).toBe(expected);
      if (round % 40 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(Atomics.load(words, CONTROL.parked)).toBeLessThan(4);
    pool.dispose();
  });

  it('frees modules that every worker has seen', async () => {
    const heap = newHeap();
    const pool = new ThreadPool(heap, 3);
    const address = heap.alloc(64);
    const before = heap.report().blocks;
    let most = 0;
    for (let round = 0; round < 60; round++) {
      const first = pool.load(module(heap), 2);
      pool.begin(true);
      pool.run(first, tasks(address, 20));
      pool.end();
      pool.unload(first, 2);
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (round > 40) most = Math.max(most, heap.report().blocks - before);
    }
    expect(most).toBeLessThan(30);
    pool.dispose();
  });

  it('says so when a task fails, wherever it ran, and goes on', () => {
    const heap = newHeap();
    const pool = new ThreadPool(heap, 3);
    const first = pool.load(module(heap), 2);
    const address = heap.alloc(64);
    for (let round = 0; round < 20; round++) {
      pool.begin(true);
      expect(() => pool.run(first + 1, tasks(address, 50))).toThrow(TenfoldError);
      pool.run(first, tasks(address, 50));
      pool.end();
    }
    pool.dispose();
  });
});

describe('without shared memory', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('there is one thread, and it is said once', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    vi.stubGlobal('SharedArrayBuffer', undefined);
    const backends = [cpuBackend({ threads: 4 }), cpuBackend({ threads: 4 })];
    expect(backends.map(({ caps }) => caps.threads)).toEqual([1, 1]);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0][0]).toContain('Cross-Origin-Opener-Policy');
    const kernel = gelu(100_001);
    const [unshared] = backends.map((backend) => output(backend, kernel, inputs(kernel)));
    vi.unstubAllGlobals();
    const shared = output(cpuBackend({ threads: 1 }), kernel, inputs(kernel));
    expect(Buffer.compare(shared, unshared)).toBe(0);
    warn.mockRestore();
  });

  it('memory grows under results that are read later', () => {
    vi.stubGlobal('SharedArrayBuffer', undefined);
    const backend = cpuBackend({ threads: 1 });
    const buffers = Array.from({ length: 40 }, (_, i) => {
      const buffer = backend.alloc(2 ** 20);
      backend.write(buffer, new Uint8Array(2 ** 20).fill(i));
      return buffer;
    });
    expect(buffers.map((buffer) => backend.readSync(buffer, 500, 1)[0])).toEqual(buffers.map((_, i) => i));
  });
});

describe('the end', () => {
  it('an idle pool does not keep Node alive', async () => {
    const source = `
      import { cpuBackend } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)};
      import { runKernel } from ${JSON.stringify(new URL('./support/run.ts', import.meta.url).href)};
      import { gelu } from ${JSON.stringify(new URL('./support/kernels.ts', import.meta.url).href)};
      const backend = cpuBackend({ threads: 3 });
      const x = new Float32Array(1_000_000);
      for (let i = 0; i < 5; i++) runKernel(backend, gelu(x.length), [x, undefined]);
      console.log('done');
    `;
    const options = ['--conditions=@tenfold/source', '--import', 'tsx', '--input-type=module', '-e', source];
    const { stdout } = await promisify(execFile)(process.execPath, options, {
      cwd: new URL('../../..', import.meta.url),
      timeout: 30_000,
    });
    expect(stdout.trim()).toBe('done');
  });

  it('a disposed backend says what to do', () => {
    const backend = cpuBackend({ threads: 2 });
    backend.dispose();
    backend.dispose();
    expect(() => backend.alloc(4)).toThrow('the backend was disposed of; make a new one with cpu()');
  });
});
