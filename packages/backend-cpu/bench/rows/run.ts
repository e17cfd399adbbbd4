/**
 * Times the loop kernels of everyday layers, losses, optimizers and views, on one thread and on more, without anything
 * around them:
 *
 *   node tools/launch.mjs packages/backend-cpu/bench/rows/run.ts [--threads n] [--small] [words of a program's name]
 *
 * One thread and all of them take turns, several rounds, so that a noisy moment falls on both; the table shows the best.
 * `ns/element` is of one thread and the largest operand, `of memory` compares the bytes a second with those of a ReLU of
 * the same size.
 */

import { NO_WORK, addWork, byteSize, workOf } from '@tenfold/ir';
import type { Dispatch, Kernel } from '@tenfold/ir';
import { kernelsOf, programs } from '@tenfold/testing/programs';
import type { Program } from '@tenfold/testing/programs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { cpuBackend } from '../../src/index.ts';
import type { CpuBackend } from '../../src/index.ts';

const ROUNDS = 8;
const MILLISECONDS = 8;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { threads: { type: 'string', default: `${availableParallelism()}` }, small: { type: 'boolean' } },
});
const size = values.small
  ? { rows: 33, columns: 1001, images: 6, channels: 6, side: 27 }
  : { rows: 512, columns: 4096, images: 32, channels: 32, side: 56 };

/** A call that runs the kernels on memory of their own, which `free` gives back. */
function prepare(backend: CpuBackend, kernels: readonly Kernel[]): { run(): void; free(): void } {
  const compiled = backend.compile(kernels);
  const batch = kernels.map((kernel, i): Dispatch => {
    const operands = kernel.operands.map(({ dtype, elements }) => {
      const bytes = new Uint8Array(elements * byteSize(dtype));
      if (dtype === 'float32')
        new Float32Array(bytes.buffer).forEach((_, at, x) => (x[at] = ((at % 101) - 50) / 25));
      const buffer = backend.alloc(bytes.length);
      backend.write(buffer, bytes);
      return { buffer, offset: 0 };
    });
    const extents = kernel.axes.flatMap((extent) => (typeof extent === 'number' ? [] : [extent.max]));
    return {
      program: compiled[i],
      launches: [{ operands, scalars: kernel.scalars.map(() => 0.5), extents }],
    };
  });
  const free = () =>
    batch.forEach(({ launches }) =>
      launches.forEach(({ operands }) => operands.forEach(({ buffer }) => backend.free(buffer))),
    );
  return { run: () => backend.submit(batch), free };
}

/** Milliseconds of one run, from as many as fit the time. */
function once(run: () => void): number {
  const begin = performance.now();
  let runs = 0;
  do {
    run();
    runs++;
  } while (performance.now() - begin < MILLISECONDS);
  return (performance.now() - begin) / runs;
}

function bytesOf(kernels: readonly Kernel[]): number {
  const { readBytes, writtenBytes } = kernels.map((kernel) => workOf(kernel)).reduce(addWork, NO_WORK);
  return readBytes + writtenBytes;
}

/** Elements of the largest operand. */
function elementsOf(kernels: readonly Kernel[]): number {
  return Math.max(...kernels.flatMap(({ operands }) => operands.map(({ elements }) => elements)));
}

function show(value: number, digits: number, width: number): string {
  return value.toFixed(digits).padStart(width);
}

const REFERENCE = 'ReLU';
const wanted = programs.filter(
  ({ name }) => positionals.length === 0 || positionals.some((word) => name.includes(word)),
);
const threads = Number(values.threads);
const backends = [...new Set([1, threads])].map((count) => cpuBackend({ threads: count }));

/** The best milliseconds on each backend; the backends take turns, so that a noisy moment falls on both. */
function time(kernels: readonly Kernel[]): number[] {
  const prepared = backends.map((backend) => prepare(backend, kernels));
  const best = prepared.map(() => Infinity);
  for (let round = 0; round < ROUNDS; round++) {
    prepared.forEach(({ run }, i) => (best[i] = Math.min(best[i], once(run))));
  }
  for (const { free } of prepared) free();
  return best;
}

function kernelsIn(program: Program): readonly Kernel[] {
  return kernelsOf(program, size).filter(({ kind }) => kind === 'loop');
}

const memory = (() => {
  const kernels = programs.filter(({ name }) => name === REFERENCE).flatMap(kernelsIn);
  return bytesOf(kernels) / Math.min(...time(kernels));
})();
console.log(
  `${'best of one call'.padEnd(40)}kernels   1 thread  ns/element  ${threads} threads  speed-up    GB/s  of memory`,
);
for (const program of wanted) {
  const kernels = kernelsIn(program);
  const times = time(kernels);
  const [single, all] = [times[0], times[times.length - 1]];
  const speed = bytesOf(kernels) / all;
  console.log(
    `${program.name.padEnd(40)}${show(kernels.length, 0, 7)}${show(single, 3, 8)} ms` +
      `${show((1e6 * single) / elementsOf(kernels), 2, 12)}${show(all, 3, 8)} ms` +
      `${show(single / all, 2, 10)}${show(speed / 1e6, 1, 8)}${show((100 * speed) / memory, 0, 9)} %`,
  );
}
for (const backend of backends) backend.dispose();
