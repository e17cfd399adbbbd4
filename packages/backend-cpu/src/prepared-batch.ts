/**
 * A batch made ready to run: arguments written, grids measured, cut into tasks where several threads share them. A plan
 * hands over the same batch again and again, with nothing changed but run-time numbers; then only those are written.
 */

import type { Dispatch, DispatchObserver, Launch } from '@tenfold/ir';
import { unreachable } from '@tenfold/ir';
import type { ArgumentViews } from './codegen/arguments.ts';
import { writeArguments, writeScalar } from './codegen/arguments.ts';
import type { KernelFunctions, Phase } from './codegen/functions.ts';
import { MAX_TASKS } from './pool/control.ts';
import type { MainThread } from './pool/main-thread.ts';
import type { CpuProgram } from './program.ts';
import { isCpuProgram } from './program.ts';
import { tuning } from './tuning.ts';

/** Launches of a dispatch that are run together, so that their tasks fit the task table. */
const GROUP = MAX_TASKS / 2;

type Step =
  /** One call on the main thread. */
  | { readonly kind: 'call'; readonly id: number; readonly args: number; readonly size: number }
  /** JavaScript on the main thread. */
  | { readonly kind: 'host'; readonly run: NonNullable<KernelFunctions['host']>; readonly args: number }
  /** Tasks for all threads: arguments, begin and end of each. */
  | { readonly kind: 'tasks'; readonly id: number; readonly tasks: Int32Array };

interface Numbers {
  readonly address: number;
  readonly launch: Launch;
  readonly program: CpuProgram;
}

/** Bytes of arguments that a batch takes, and the scratch memory that the greatest of its dispatches takes. */
export function sizesOf(batch: readonly Dispatch[]): { args: number; scratch: number } {
  let args = 0;
  let scratch = 0;
  for (const { program, launches } of batch) {
    if (!isCpuProgram(program))
      unreachable(`program '${program.kernel.name}' was compiled by another backend`);
    args += launches.length * program.layout.bytes;
    let bytes = 0;
    for (const { extents } of launches) bytes += aligned(program.functions.scratch(extents));
    scratch = Math.max(scratch, bytes);
  }
  return { args, scratch };
}

export class PreparedBatch {
  /** Estimated time of the steps that all threads share. */
  sharedNanoseconds = 0;
  readonly #dispatches: readonly Dispatch[];
  readonly #steps: Step[] = [];
  /** The first step of each dispatch. */
  readonly #firsts: number[] = [];
  readonly #numbers: Numbers[] = [];
  readonly #pool: MainThread;

  /** Writes the arguments at `args`; `scratch` is an address. */
  constructor(
    batch: readonly Dispatch[],
    pool: MainThread,
    views: ArgumentViews,
    args: number,
    scratch: number,
  ) {
    this.#dispatches = [...batch];
    this.#pool = pool;
    let address = args;
    for (const { program, launches } of batch) {
      if (!isCpuProgram(program)) return unreachable('a program of another backend');
      this.#firsts.push(this.#steps.length);
      let own = scratch;
      for (let i = 0; i < launches.length; i++) {
        const at = address + i * program.layout.bytes;
        writeArguments(views, at, program.layout, launches[i], program.kernel.scalars, own);
        own += aligned(program.functions.scratch(launches[i].extents));
        if (launches[i].scalars.length > 0) this.#numbers.push({ address: at, launch: launches[i], program });
      }
      for (const phase of program.functions.phases) {
        for (let i = 0; i < launches.length; i += GROUP) {
          this.#addPhase(program, phase, launches.slice(i, i + GROUP), address + i * program.layout.bytes);
        }
      }
      const { host: run } = program.functions;
      if (run) {
        launches.forEach((_, i) =>
          this.#steps.push({ kind: 'host', run, args: address + i * program.layout.bytes }),
        );
      }
      address += launches.length * program.layout.bytes;
    }
  }

  /** Whether this is what was prepared from such a batch. */
  isOf(batch: readonly Dispatch[]): boolean {
    const dispatches = this.#dispatches;
    if (dispatches.length !== batch.length) return false;
    for (let i = 0; i < batch.length; i++) if (dispatches[i] !== batch[i]) return false;
    return true;
  }

  /** Writes the run-time numbers anew. */
  update(views: ArgumentViews): void {
    for (const { address, launch, program } of this.#numbers) {
      const { scalars } = launch;
      for (let i = 0; i < scalars.length; i++) {
        writeScalar(views, address + program.layout.scalar(i), program.kernel.scalars[i], scalars[i]);
      }
    }
  }

  /** Runs the steps; `shared`: the workers are awake. An observer is told when each dispatch ran. */
  run(shared: boolean, observer?: DispatchObserver): void {
    if (!observer) return this.#run(shared, 0, this.#steps.length);
    let begin = performance.now();
    this.#dispatches.forEach((dispatch, i) => {
      this.#pool.startTiming();
      this.#run(shared, this.#firsts[i], this.#firsts[i + 1] ?? this.#steps.length);
      const end = performance.now();
      observer(dispatch, begin, end, this.#pool.stopTiming(begin, end));
      begin = performance.now();
    });
  }

  #run(shared: boolean, first: number, last: number): void {
    const pool = this.#pool;
    const steps = this.#steps;
    for (let i = first; i < last; i++) {
      const step = steps[i];
      if (step.kind === 'call') {
        pool.call(step.id, step.args, 0, step.size);
      } else if (step.kind === 'host') {
        step.run(pool.memory, step.args);
      } else if (shared) {
        pool.run(step.id, step.tasks);
      } else {
        pool.runAlone(step.id, step.tasks);
      }
    }
  }

  #addPhase(program: CpuProgram, phase: Phase, launches: readonly Launch[], args: number): void {
    const id = program.module.firstFunction + phase.function;
    const stride = program.layout.bytes;
    const sizes = launches.map(({ extents }) => phase.grid(extents));
    const total = sizes.reduce((a, b) => a + b, 0);
    const time = total * phase.nanoseconds;
    const { threads } = this.#pool;
    if (threads === 1 || time < tuning.shared || total <= phase.grain) {
      sizes.forEach((size, i) => {
        if (size > 0) this.#steps.push({ kind: 'call', id, args: args + i * stride, size });
      });
      return;
    }
    const most = Math.min(threads * (phase.coarse ? 1 : tuning.tasksPerThread), MAX_TASKS - GROUP);
    const wanted = Math.min(Math.ceil(time / tuning.task), most);
    const length = Math.ceil(total / wanted / phase.grain) * phase.grain;
    const tasks: number[] = [];
    sizes.forEach((size, i) => {
      for (let begin = 0; begin < size; begin += length) {
        tasks.push(args + i * stride, begin, Math.min(size, begin + length));
      }
    });
    this.#steps.push({ kind: 'tasks', id, tasks: Int32Array.from(tasks) });
    this.sharedNanoseconds += time;
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
