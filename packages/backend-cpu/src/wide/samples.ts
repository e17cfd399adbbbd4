/** Runs sample kernels on a backend, and compares what two backends make of them. */

import type { ContractKernel, Kernel } from '@tenfold/ir';
import type { CpuBackend } from '../backend.ts';

/** Relative to the greatest magnitude: sums may be added in another order. */
const TOLERANCE = 1e-5;

/** How often a kernel is timed; the fastest run counts. */
const RUNS = 20;

class Sample {
  readonly #values: Float32Array;

  constructor(values: Float32Array) {
    this.#values = values;
  }

  isClose(other: Sample): boolean {
    const [a, b] = [this.#values, other.#values];
    const greatest = b.reduce((most, y) => (Math.abs(y) < Infinity ? Math.max(most, Math.abs(y)) : most), 1);
    return a.every((x, i) => Object.is(x, b[i]) || Math.abs(x - b[i]) <= TOLERANCE * greatest);
  }
}

/** The name of the first kernel whose outputs on `backend` are not what is expected. */
export function firstWrong(
  backend: CpuBackend,
  kernels: readonly Kernel[],
  expected: readonly Sample[],
): string | undefined {
  const results = computeSamples(backend, kernels);
  return kernels.find((_, i) => !results[i].isClose(expected[i]))?.name;
}

/** The contents of each kernel's outputs. */
export function computeSamples(backend: CpuBackend, kernels: readonly Kernel[]): Sample[] {
  const programs = backend.compile(kernels);
  return kernels.map((kernel, i) => {
    const { operands, dispatch } = prepare(backend, kernel, programs[i]);
    backend.submit([dispatch]);
    const results = kernel.operands.flatMap(({ access }, j) =>
      access === 'read' ? [] : [...new Float32Array(backend.readSync(operands[j].buffer).buffer)],
    );
    for (const { buffer } of operands) backend.free(buffer);
    return new Sample(Float32Array.from(results));
  });
}

/** Milliseconds of a kernel's fastest run. */
export function fastest(backend: CpuBackend, kernel: ContractKernel): number {
  const { dispatch } = prepare(backend, kernel, backend.compile([kernel])[0]);
  const batch = [dispatch];
  let least = Infinity;
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    backend.submit(batch);
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

/** Buffers for the operands, the inputs filled with numbers of both signs and many magnitudes. */
function prepare(backend: CpuBackend, kernel: Kernel, program: ReturnType<CpuBackend['compile']>[number]) {
  const operands = kernel.operands.map(({ elements }, j) => {
    const buffer = backend.alloc(4 * elements);
    const values = Float32Array.from({ length: elements }, (_, i) => 6 * Math.sin(i * (j + 1.37) + j));
    backend.write(buffer, new Uint8Array(values.buffer));
    return { buffer, offset: 0 };
  });
  return { operands, dispatch: { program, launches: [{ operands, scalars: [], extents: [] }] } };
}
