/**
 * The functions of compiled modules on the calling thread alone: loading them, dropping them, running tasks one after
 * another. `thread-pool.ts` adds workers to it. A task is a call of a function on a range of its grid.
 *
 * It knows nothing of kernels: it is given functions (by number), arguments (by address) and ranges.
 */

import type { ThreadSpan } from '@tenfold/ir';
import { TenfoldError } from '@tenfold/ir';
import { makeHostFunctions } from '../math/index.ts';
import { ALIGNMENT } from '../memory/free-space.ts';
import type { Heap } from '../memory/heap.ts';

export type TaskFunction = (args: number, begin: number, end: number) => void;

export class MainThread {
  /** Threads that share the work, this one included. */
  readonly threads: number;
  protected readonly heap: Heap;
  protected readonly functions: TaskFunction[] = [];
  /** The memory of the first thread; those of the others follow. */
  protected workspace = { address: 0, bytes: 0 };
  readonly #math = { ...makeHostFunctions() };

  constructor(heap: Heap, threads = 1) {
    this.heap = heap;
    this.threads = threads;
  }

  /** All memory, as it is until it grows. */
  get memory(): Uint8Array {
    return this.heap.memory.bytes;
  }

  /** Sees to it that each thread has at least this much memory of its own while it runs a function. */
  reserveWorkspace(bytes: number): void {
    const before = this.workspace;
    if (bytes <= before.bytes) return;
    const { heap, threads } = this;
    if (before.bytes > 0) heap.free(before.address);
    const take = (each: number) => ({ address: heap.alloc(each * threads), bytes: each });
    try {
      this.workspace = take(Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
    } catch (error) {
      // The functions there are go on with as much as they had.
      if (before.bytes > 0) this.workspace = take(before.bytes);
      throw error;
    }
  }

  /** Makes the module's functions `f0`, `f1`, … callable; returns the number of the first. */
  load(bytes: Uint8Array<ArrayBuffer>, count: number): number {
    const workspace = (): number => this.workspace.address;
    const imports = { env: { memory: this.heap.memory.memory, workspace }, math: this.#math };
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);
    const first = this.functions.length;
    for (let i = 0; i < count; i++) {
      const exported = instance.exports[`f${i}`];
      if (!isTaskFunction(exported)) throw new TenfoldError(`internal: the module has no function f${i}`);
      this.functions.push(exported);
    }
    return first;
  }

  /** Drops functions that `load` made. */
  unload(first: number, count: number): void {
    for (let i = first; i < first + count; i++) delete this.functions[i];
  }

  /** Calls a function on this thread. */
  call(id: number, args: number, begin: number, end: number): void {
    this.functions[id](args, begin, end);
  }

  /**
   * Runs tasks on this thread, neighbouring ones as one. `tasks` has three numbers for each: address of the arguments,
   * begin and end.
   */
  runAlone(id: number, tasks: Int32Array): void {
    const run = this.functions[id];
    for (let i = 0; i < tasks.length; i += 3) {
      const [args, begin] = [tasks[i], tasks[i + 1]];
      while (tasks[i + 3] === args && tasks[i + 4] === tasks[i + 2]) i += 3;
      run(args, begin, tasks[i + 2]);
    }
  }

  /** Whether some worker looks for work at present. */
  get isAwake(): boolean {
    return false;
  }

  /** Between `begin` and `end` workers that are awake stay so; `wakes` those that sleep. */
  begin(_wakes: boolean): void {}

  end(): void {}

  /** Runs tasks on all threads, and returns when they are done. */
  run(id: number, tasks: Int32Array): void {
    this.runAlone(id, tasks);
  }

  /** From now on each thread notes when it began its first task and when it ended its last one. */
  startTiming(): void {}

  /** What they noted; a thread that ran no tasks is not among them, but for this one, which began and ended itself. */
  stopTiming(begin: number, end: number): ThreadSpan[] {
    return [{ thread: 0, begin, end }];
  }

  dispose(): void {}
}

function isTaskFunction(value: unknown): value is TaskFunction {
  return typeof value === 'function';
}
