/**
 * Measures the kernels that a backend has compiled. Each runs alone on buffers of its own that hold zeros, so a search
 * neither needs nor changes what the program has computed.
 */

import type { Backend, Kernel } from '@tenfold/ir';
import { byteSize } from '@tenfold/ir';
import { lower } from '../lowering/lower.ts';
import type { GpuProgram } from '../program.ts';
import type { Target } from '../target.ts';
import { candidatesOf, fastestOf } from './search.ts';
import type { TuningStep } from './steps.ts';
import type { TuningTable } from './table.ts';

/** Runs that are timed together: one alone is shorter than what submitting it takes. */
const RUNS = 8;

type Runner = Required<Pick<Backend, 'alloc' | 'free' | 'submit' | 'synchronize'>>;

export class Tuner {
  readonly #table: TuningTable;
  readonly #target: Target;
  readonly #seen = new Set<Kernel>();

  constructor(table: TuningTable, target: Target) {
    this.#table = table;
    this.#target = target;
  }

  /** Remembers a kernel for the next search. */
  note(kernel: Kernel): void {
    this.#seen.add(kernel);
  }

  /** Searches the steps of the kernels noted whose are not known, and gives how many that were. */
  async search(runner: Runner): Promise<number> {
    let searched = 0;
    for (const kernel of this.#seen) {
      const candidates = candidatesOf(kernel, this.#target);
      if (candidates.length > 1 && !this.#table.stepsFor(kernel)) {
        this.#table.keep(kernel, await this.#fastest(kernel, candidates, runner));
        searched++;
      }
      this.#seen.delete(kernel);
    }
    return searched;
  }

  async #fastest(
    kernel: Kernel,
    candidates: readonly (readonly TuningStep[])[],
    runner: Runner,
  ): Promise<readonly TuningStep[]> {
    const buffers = kernel.operands.map(({ dtype, elements }) =>
      runner.alloc(Math.max(4, elements * byteSize(dtype))),
    );
    const extents: number[] = [];
    for (const extent of kernel.axes) if (typeof extent !== 'number') extents[extent.param] = extent.max;
    const launch = {
      operands: buffers.map((buffer) => ({ buffer, offset: 0 })),
      scalars: kernel.scalars.map(() => 0),
      extents,
    };
    const run = async (program: GpuProgram, times: number) => {
      runner.submit(Array.from({ length: times }, () => ({ program, launches: [launch] })));
      await runner.synchronize();
    };
    try {
      return await fastestOf(candidates, async (steps) => {
        const lowered = lower(kernel, this.#target, { stepsFor: () => steps });
        const program: GpuProgram = { kernel, lowered, shaders: new Map() };
        // The first run waits for the compiler.
        await run(program, 1);
        const begin = performance.now();
        await run(program, RUNS);
        return performance.now() - begin;
      });
    } finally {
      for (const buffer of buffers) runner.free(buffer);
    }
  }
}
