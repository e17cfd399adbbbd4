/**
 * Runs dispatches: writes the arguments, decides how many tasks a grid is cut into, and hands them to the thread pool.
 * Small kernels run on the main thread at once; a batch with enough work wakes the workers once, at its beginning.
 */

import type { Dispatch, Launch } from '@tenfold/ir';
import { unreachable } from '@tenfold/ir';
import { argsort } from './argsort.ts';
import type { ArgumentViews } from './codegen/arguments.ts';
import { writeArguments } from './codegen/arguments.ts';
import type { Phase } from './codegen/functions.ts';
import type { Heap } from './memory/heap.ts';
import { ARGUMENTS_ADDRESS, ARGUMENTS_BYTES, MAX_TASKS } from './pool/control.ts';
import type { ThreadPool } from './pool/thread-pool.ts';
import type { FunctionProgram } from './program.ts';
import { isCpuProgram } from './program.ts';

/** Work below this time is not shared with other threads. */
const SHARED_NANOSECONDS = 15_000;
/** A batch with less work than this does not wake sleeping workers: that alone takes as long. */
const WAKE_NANOSECONDS = 60_000;
/** Tasks that each thread gets of a large grid, so that a thread that is held up can be helped. */
const TASKS_PER_THREAD = 4;
const TASK_NANOSECONDS = 4_000;

export class Runner {
  private readonly heap: Heap;
  private readonly pool: ThreadPool;
  private views: ArgumentViews;
  private scratch = { address: 0, bytes: 0 };

  constructor(heap: Heap, pool: ThreadPool) {
    this.heap = heap;
    this.pool = pool;
    this.views = viewsOf(heap);
  }

  run(batch: readonly Dispatch[]): void {
    const shared = this.pool.threads > 1 && this.sharedTime(batch) > WAKE_NANOSECONDS;
    if (shared) this.pool.begin();
    try {
      for (const { program, launches } of batch) {
        if (!isCpuProgram(program))
          unreachable(`program '${program.kernel.name}' was compiled by another backend`);
        if (program.kind === 'functions') this.runFunctions(program, launches, shared);
        else for (const launch of launches) this.runRoutine(program.kernel, launch);
      }
    } finally {
      if (shared) this.pool.end();
    }
  }

  /** Estimated time of the parts of a batch that several threads can share. */
  private sharedTime(batch: readonly Dispatch[]): number {
    let time = 0;
    for (const { program, launches } of batch) {
      if (!isCpuProgram(program) || program.kind !== 'functions') continue;
      for (const phase of program.functions.phases) {
        let dispatch = 0;
        for (const { extents } of launches) dispatch += phase.grid(extents) * phase.nanoseconds;
        if (dispatch > SHARED_NANOSECONDS) time += dispatch;
      }
      if (time > WAKE_NANOSECONDS) break;
    }
    return time;
  }

  private runRoutine(kernel: Parameters<typeof argsort>[0], { operands }: Launch): void {
    const [input, output] = operands.map(({ buffer, offset }) => buffer + offset);
    argsort(kernel, this.heap.memory.bytes.buffer, input, output);
  }

  /** Launches in groups whose arguments fit the argument area. */
  private runFunctions(program: FunctionProgram, launches: readonly Launch[], shared: boolean): void {
    const group = Math.max(1, Math.floor(ARGUMENTS_BYTES / program.layout.bytes));
    for (let i = 0; i < launches.length; i += group) {
      this.runGroup(program, group < launches.length ? launches.slice(i, i + group) : launches, shared);
    }
  }

  private runGroup(program: FunctionProgram, launches: readonly Launch[], shared: boolean): void {
    const { layout, functions, kernel, firstFunction } = program;
    let scratch = this.reserveScratch(program, launches);
    const views = this.currentViews();
    launches.forEach((launch, i) => {
      writeArguments(views, ARGUMENTS_ADDRESS + i * layout.bytes, layout, launch, kernel.scalars, scratch);
      scratch += functions.scratch(launch.extents);
    });
    for (const phase of functions.phases) {
      this.runPhase(phase, firstFunction + phase.function, layout.bytes, launches, shared);
    }
  }

  private runPhase(
    phase: Phase,
    id: number,
    stride: number,
    launches: readonly Launch[],
    shared: boolean,
  ): void {
    const { pool } = this;
    const sizes = launches.map(({ extents }) => phase.grid(extents));
    const total = sizes.reduce((a, b) => a + b, 0);
    const time = total * phase.nanoseconds;
    if (!shared || time < SHARED_NANOSECONDS || total <= phase.grain || launches.length > MAX_TASKS / 2) {
      sizes.forEach((size, i) => {
        if (size > 0) pool.call(id, ARGUMENTS_ADDRESS + i * stride, 0, size);
      });
      return;
    }
    const wanted = Math.min(
      Math.ceil(time / TASK_NANOSECONDS),
      pool.threads * TASKS_PER_THREAD,
      MAX_TASKS / 2,
    );
    const length = Math.ceil(total / wanted / phase.grain) * phase.grain;
    let tasks = 0;
    sizes.forEach((size, i) => {
      for (let begin = 0; begin < size; begin += length) {
        pool.setTask(tasks++, ARGUMENTS_ADDRESS + i * stride, begin, Math.min(size, begin + length));
      }
    });
    pool.run(id, tasks);
  }

  /** Scratch memory for all launches of a group; it stays for the next ones. */
  private reserveScratch({ functions }: FunctionProgram, launches: readonly Launch[]): number {
    let bytes = 0;
    for (const { extents } of launches) bytes += functions.scratch(extents);
    if (bytes > this.scratch.bytes) {
      if (this.scratch.bytes > 0) this.heap.free(this.scratch.address);
      this.scratch = { address: 0, bytes: 0 };
      this.scratch = { address: this.heap.alloc(bytes), bytes };
    }
    return this.scratch.address;
  }

  private currentViews(): ArgumentViews {
    if (this.views.i32.buffer !== this.heap.memory.bytes.buffer) this.views = viewsOf(this.heap);
    return this.views;
  }
}

function viewsOf({ memory }: Heap): ArgumentViews {
  const { buffer } = memory.bytes;
  return {
    i32: new Int32Array(buffer),
    i64: new BigInt64Array(buffer),
    f32: new Float32Array(buffer),
    f64: new Float64Array(buffer),
  };
}
