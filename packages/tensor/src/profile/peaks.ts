/**
 * What a device can do at most, measured once by short kernels: the roofline that a profile holds kernels against (S.
 * Williams, A. Waterman, D. Patterson, "Roofline: an insightful visual performance model", 2009). Bandwidth depends on where
 * the data lie, so it is measured for several amounts of memory: what fits a cache is not held against main memory.
 */

import type { Backend, BufferId, Dispatch, Kernel, Launch, Work } from '@tenfold/ir';
import { add, scale, variable } from '@tenfold/ir';

export interface Bandwidth {
  /** What a kernel reads and writes. */
  readonly workingSetBytes: number;
  readonly bytesPerSecond: number;
}

export interface Peaks {
  /** Floating-point operations a second, of a float32 matrix product. */
  readonly flopsPerSecond: number;
  /** By growing working set. */
  readonly bandwidths: readonly Bandwidth[];
}

const SIDE = 512;
const WORKING_SETS = [1 << 18, 1 << 20, 1 << 22, 1 << 24, 1 << 26];
/** Repetitions: until so many milliseconds have passed, and at least so often. The shortest one counts. */
const MILLISECONDS = 60;
const REPEATS = 5;
/** Most times that one batch does the same. */
const MOST_TIMES = 256;

const measured = new WeakMap<Backend, Promise<Peaks>>();

/** The peaks of a backend; the measurement takes about half a second and is made once. */
export function peaksOf(backend: Backend): Promise<Peaks> {
  let peaks = measured.get(backend);
  if (!peaks) {
    peaks = measure(backend);
    measured.set(backend, peaks);
    peaks.catch(() => measured.delete(backend));
  }
  return peaks;
}

/** Milliseconds that the device would take at its peaks, by what limits it. */
export function millisecondsAtPeak(
  { flops, readBytes, writtenBytes }: Work,
  { flopsPerSecond, bandwidths }: Peaks,
): { readonly compute: number; readonly memory: number } {
  const bytes = readBytes + writtenBytes;
  const bandwidth =
    bandwidths.find(({ workingSetBytes }) => bytes <= workingSetBytes) ?? bandwidths[bandwidths.length - 1];
  return {
    compute: (flops / flopsPerSecond) * 1000,
    memory: bytes === 0 ? 0 : (bytes / bandwidth.bytesPerSecond) * 1000,
  };
}

async function measure(backend: Backend): Promise<Peaks> {
  const product = await shortest(backend, matrixProduct(SIDE));
  const bandwidths: Bandwidth[] = [];
  for (const workingSetBytes of WORKING_SETS) {
    if (workingSetBytes > backend.caps.maxBufferBytes) break;
    const seconds = await shortest(backend, copy(workingSetBytes / 8));
    bandwidths.push({ workingSetBytes, bytesPerSecond: workingSetBytes / seconds });
  }
  return { flopsPerSecond: (2 * SIDE ** 3) / product, bandwidths };
}

/** Seconds of the fastest of many runs of a kernel, on memory of its own. */
async function shortest(backend: Backend, kernel: Kernel): Promise<number> {
  const buffers: BufferId[] = [];
  try {
    for (const { elements } of kernel.operands) {
      const buffer = backend.alloc(elements * 4);
      buffers.push(buffer);
      backend.write(buffer, new Uint8Array(elements * 4));
    }
    const launch: Launch = {
      operands: buffers.map((buffer) => ({ buffer, offset: 0 })),
      scalars: [],
      extents: [],
    };
    const [program] = backend.compile([kernel]);
    const dispatch = { program, launches: [launch] };
    const run = async (batch: readonly Dispatch[]) => {
      const begin = performance.now();
      backend.submit(batch);
      await backend.synchronize();
      return performance.now() - begin;
    };
    await run([dispatch]);
    // A device with a queue of its own is slow to answer: it does the same many times, and the answer counts little.
    let batch = [dispatch];
    if (!backend.readSync) {
      while (batch.length < MOST_TIMES && (await run(batch)) < MILLISECONDS / 2) batch = [...batch, ...batch];
    }
    let best = Infinity;
    const end = performance.now() + MILLISECONDS;
    for (let i = 0; i < REPEATS || performance.now() < end; i++) best = Math.min(best, await run(batch));
    best /= batch.length;
    return best / 1000;
  } finally {
    for (const buffer of buffers) backend.free(buffer);
  }
}

function matrixProduct(side: number): Kernel {
  const elements = side * side;
  const [m, n, k] = [0, 1, 2].map((axis) => variable(axis, side));
  const at = (row: typeof m, column: typeof m) => add(scale(row, side), column);
  return {
    kind: 'contract',
    name: 'peak_product',
    operands: [
      { dtype: 'float32', access: 'read', elements },
      { dtype: 'float32', access: 'read', elements },
      { dtype: 'float32', access: 'write', elements },
    ],
    scalars: [],
    axes: [side, side, side],
    values: [
      { op: 'load', dtype: 'float32', operand: 0, index: at(m, k), guards: [] },
      { op: 'load', dtype: 'float32', operand: 1, index: at(k, n), guards: [] },
      { op: 'acc', dtype: 'float32', acc: 0 },
    ],
    batch: [],
    m: [0],
    n: [1],
    k: [2],
    a: 0,
    b: 1,
    accumulators: [{ kind: 'sum', dtype: 'float32' }],
    epilogue: [{ kind: 'store', operand: 2, index: at(m, n), guards: [], value: 2 }],
  };
}

function copy(elements: number): Kernel {
  const index = variable(0, elements);
  return {
    kind: 'loop',
    name: 'peak_copy',
    operands: [
      { dtype: 'float32', access: 'read', elements },
      { dtype: 'float32', access: 'write', elements },
    ],
    scalars: [],
    axes: [elements],
    values: [{ op: 'load', dtype: 'float32', operand: 0, index, guards: [] }],
    accumulators: [],
    body: [
      {
        kind: 'loop',
        axis: 0,
        order: 'parallel',
        body: [{ kind: 'store', operand: 1, index, guards: [], value: 0 }],
      },
    ],
  };
}
