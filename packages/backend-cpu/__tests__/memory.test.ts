import { OutOfMemoryError, TenfoldError } from '@tenfold/ir';
import { KernelBuilder, SeededRandom } from '@tenfold/testing';
import { describe, expect, it } from 'vitest';
import { ALIGNMENT, FreeSpace } from '../src/memory/free-space.ts';
import { Heap } from '../src/memory/heap.ts';
import { cpuBackend } from '../src/index.ts';
import { LinearMemory } from '../src/memory/linear-memory.ts';
import { columnSums, gelu, linear, softmax, sum } from './support/kernels.ts';
import { runKernel } from './support/run.ts';

const MEBIBYTE = 2 ** 20;

describe('FreeSpace', () => {
  it('gives aligned blocks that do not overlap, and merges what comes back', () => {
    const space = new FreeSpace();
    space.extend(4096, 4 * MEBIBYTE);
    const random = new SeededRandom(1);
    const taken = new Map<number, number>();
    const problems: string[] = [];
    for (let round = 0; round < 20_000; round++) {
      if (random.chance(0.4) && taken.size > 0) {
        const address = random.pick([...taken.keys()]);
        if (!space.give(address)) problems.push(`${address} was not taken`);
        taken.delete(address);
        continue;
      }
      const bytes = 2 ** random.int(0, 17) + random.int(0, 1000);
      const address = space.take(bytes);
      if (address === undefined) continue;
      if (address % ALIGNMENT !== 0) problems.push(`${address} is not aligned`);
      if (address < 4096 || address + bytes > 4096 + 4 * MEBIBYTE) problems.push(`${address} is outside`);
      taken.set(address, bytes);
      if (round % 500 === 0) problems.push(...overlaps(taken));
    }
    expect(problems).toEqual([]);
    for (const address of taken.keys()) space.give(address);
    expect(space.report()).toMatchObject({ used: 0, blocks: 0, largestFree: 4 * MEBIBYTE });
  });

  it('finds a block that only just fits', () => {
    const space = new FreeSpace();
    space.extend(0, 1088);
    expect(space.take(1088)).toBe(0);
    expect(space.take(64)).toBeUndefined();
  });

  it('grows at its end', () => {
    const space = new FreeSpace();
    space.extend(0, 1024);
    space.take(512);
    space.extend(1024, 1024);
    expect(space.freeAtEnd()).toBe(1536);
    expect(space.take(1536)).toBe(512);
  });

  it('does not know addresses that it did not give', () => {
    const space = new FreeSpace();
    space.extend(0, 1024);
    expect(space.give(64)).toBe(false);
  });
});

function overlaps(taken: ReadonlyMap<number, number>): string[] {
  const sorted = [...taken].sort(([a], [b]) => a - b);
  return sorted.slice(1).flatMap(([start], i) => {
    const [before, bytes] = sorted[i];
    return before + bytes > start ? [`${before}+${bytes} overlaps ${start}`] : [];
  });
}

describe('Heap', () => {
  const heap = (limit: number) => new Heap(new LinearMemory(true, MEBIBYTE, limit), MEBIBYTE);

  it('grows, and reuses what was freed', () => {
    const memory = heap(256 * MEBIBYTE);
    const first = memory.alloc(10 * MEBIBYTE);
    const size = memory.memory.byteLength;
    for (let i = 0; i < 100; i++) memory.free(memory.alloc(5 * MEBIBYTE));
    memory.free(first);
    expect(memory.alloc(10 * MEBIBYTE)).toBe(first);
    expect(memory.memory.byteLength).toBe(size);
    expect(memory.report().peak).toBe(15 * MEBIBYTE);
  });

  it('uses memory up to its limit', () => {
    const memory = heap(64 * MEBIBYTE);
    const blocks = Array.from({ length: 62 }, () => memory.alloc(MEBIBYTE));
    expect(new Set(blocks).size).toBe(62);
  });

  it('says how much was asked for, how much is in use, and what to do, and goes on working', () => {
    const memory = heap(64 * MEBIBYTE);
    const held = memory.alloc(40 * MEBIBYTE);
    expect(() => memory.alloc(30 * MEBIBYTE)).toThrow(OutOfMemoryError);
    expect(() => memory.alloc(30 * MEBIBYTE)).toThrow(
      /30\.0 MiB \(31457280 bytes\) asked for; 40\.0 MiB .* of at most 64\.0 MiB .* Dispose of tensors/,
    );
    memory.free(held);
    expect(memory.alloc(30 * MEBIBYTE)).toBe(held);
  });

  it('gives room for nothing', () => {
    const memory = heap(64 * MEBIBYTE);
    expect(memory.alloc(0)).not.toBe(memory.alloc(0));
  });

  it('raises for what is no buffer', () => {
    const memory = heap(64 * MEBIBYTE);
    expect(() => memory.free(12345)).toThrow(TenfoldError);
    expect(() => memory.alloc(-1)).toThrow(OutOfMemoryError);
    expect(() => memory.alloc(NaN)).toThrow(OutOfMemoryError);
  });

  it('reaches beyond 2 GiB', () => {
    const memory = heap(4 * 2 ** 30);
    const blocks = Array.from({ length: 5 }, () => memory.alloc(600 * MEBIBYTE));
    const last = blocks[4];
    expect(last).toBeGreaterThan(2 ** 31);
    memory.memory.bytes[last + 5] = 7;
    expect(memory.memory.bytes.subarray(last, last + 8)[5]).toBe(7);
  });
});

describe('LinearMemory without sharing', () => {
  it('gives a fresh view after growth', () => {
    const memory = new LinearMemory(false, MEBIBYTE);
    memory.bytes[100] = 3;
    expect(memory.grow(MEBIBYTE, MEBIBYTE)).toBe(true);
    expect(memory.bytes[100]).toBe(3);
    expect(memory.bytes.length).toBe(2 * MEBIBYTE);
  });
});

describe('kernels when there is no memory', () => {
  it('go on as before, after others could not be compiled or run', () => {
    const backend = cpuBackend({ threads: 2, memoryBytes: 32 * MEBIBYTE });
    const random = new SeededRandom(3);
    const kernel = softmax(300, 1001);
    const contents = [Float32Array.from({ length: 300_300 }, () => random.uniform(-9, 9)), undefined];
    const [program] = backend.compile([kernel]);
    const operands = kernel.operands.map(() => ({ buffer: backend.alloc(4 * 300_300), offset: 0 }));
    backend.write(operands[0].buffer, new Uint8Array(contents[0]?.buffer ?? []));
    const batch = [{ program, launches: [{ operands, scalars: [], extents: [] }] }];
    const run = () => {
      backend.submit(batch);
      return backend.readSync(operands[1].buffer);
    };
    const first = run();
    // From the third time on a batch is kept prepared.
    run();
    run();

    /** Rows of so many numbers: many are sorted in memory of each thread, few in memory between phases. */
    const sort = (rows: number, length: number) => {
      const k = new KernelBuilder('argsort');
      k.operand('float32', rows * length, 'read');
      k.operand('int32', rows * length, 'write');
      return k.argsort({ rows, length, stride: 1, descending: false });
    };
    expect(() => backend.compile([sort(16, MEBIBYTE)])).toThrow(OutOfMemoryError);
    expect(Buffer.compare(run(), first)).toBe(0);
    const long = sort(1, 1_300_000);
    const filled = [Float32Array.from({ length: 1_300_000 }, () => random.uniform(-9, 9)), undefined];
    expect(() => runKernel(backend, long, filled)).toThrow(OutOfMemoryError);
    expect(Buffer.compare(run(), first)).toBe(0);
    // What fits goes first through scratch memory, which is then given back for a buffer.
    const sorted = runKernel(backend, sort(1, 300_000), [filled[0]?.subarray(0, 300_000), undefined]);
    expect(new Int32Array(sorted[1].buffer)).toHaveLength(300_000);
    const { largestFree } = backend.memoryReport();
    backend.free(backend.alloc(largestFree + 4 * MEBIBYTE));
    expect(Buffer.compare(run(), first)).toBe(0);
    backend.dispose();
  });
});

it('handles that outlive the backend may still be freed', () => {
  const backend = cpuBackend({ threads: 1 });
  const buffer = backend.alloc(100);
  backend.dispose();
  expect(() => backend.free(buffer)).not.toThrow();
  expect(() => backend.alloc(100)).toThrow('was disposed of');
});

describe('kernels on operands beyond 2 GiB', () => {
  it.each([
    ['pointwise', gelu(1003)],
    ['rows', softmax(9, 1001)],
    ['columns', columnSums(123, 77)],
    ['a long sum', sum(300_001)],
    ['a matrix product', linear(61, 70, 90)],
  ])('%s: the same bits as below', (_, kernel) => {
    const random = new SeededRandom(5);
    const contents = kernel.operands.map(({ access, elements }) =>
      access === 'read' ? Float32Array.from({ length: elements }, () => random.uniform(-1, 1)) : undefined,
    );
    const [low, high] = [0, 2.2 * 2 ** 30].map((below) => {
      const backend = cpuBackend({ threads: 2 });
      backend.alloc(Math.round(below));
      const result = runKernel(backend, kernel, contents).at(-1) ?? new Uint8Array();
      backend.dispose();
      return result;
    });
    expect(Buffer.compare(high, low)).toBe(0);
  });
});
