/**
 * Threads that run tasks together with the main thread. A task is a call of a generated function on a range of its
 * grid. Every thread begins with a share of its own and then helps the others, so nobody waits for a worker that has
 * not woken up yet; which thread runs a task never changes its result.
 *
 * It knows nothing of kernels: it is given functions (by number), arguments (by address) and ranges.
 */

import type { ThreadSpan } from '@tenfold/ir';
import { DeviceError, TenfoldError } from '@tenfold/ir';
import type { Heap } from '../memory/heap.ts';
import {
  CONTROL,
  MAX_TASKS,
  MAX_THREADS,
  MODULE_HEADER,
  TASKS_ADDRESS,
  TIMES,
  WORD_STRIDE,
} from './control.ts';
import { MainThread } from './main-thread.ts';
import { ModuleList } from './module-list.ts';
import type { WorkerHandle } from './spawn.ts';
import { availableThreads, spawn } from './spawn.ts';

/**
 * Rounds of looking for work before a worker sleeps: some 120 microseconds between batches, so that it stays awake while a
 * training loop traces its next step, and more while one runs.
 */
const PATIENCE = { idle: 4000, active: 100_000 };

/** Rounds of looking for the end of the last tasks before giving the core away, and for how long. */
const JOIN_ROUNDS = 20_000;
const JOIN_MILLISECONDS = 0.1;

let warned = false;

/** A pool of so many threads; by default of as many as the machine runs at once. */
export function threadPool(heap: Heap, threads = availableThreads()): ThreadPool {
  if (!Number.isInteger(threads) || threads < 1) {
    throw new DeviceError(`cpu: threads must be a positive integer, got ${threads}`);
  }
  if (threads > 1 && !heap.memory.limits.shared && !warned) {
    warned = true;
    // oxlint-disable-next-line no-console -- said once, and only where it costs the user speed
    console.warn(
      'Tenfold: no shared memory here, so the cpu backend runs on one thread. In browsers, serve the page with ' +
        'Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.',
    );
  }
  return new ThreadPool(heap, threads);
}

export class ThreadPool extends MainThread {
  readonly #words: Int32Array;
  #workers: WorkerHandle[] = [];
  #maySleep = true;
  #started = false;
  #warned = false;
  /** While timing: when this thread was done with its share of the last run. */
  #ownEnd = 0;
  readonly #modules: ModuleList;

  constructor(heap: Heap, threads: number) {
    super(heap, heap.memory.limits.shared ? Math.min(threads, MAX_THREADS) : 1);
    this.#words = this.#view();
    this.#modules = new ModuleList(heap, this.threads);
  }

  override reserveWorkspace(bytes: number): void {
    try {
      super.reserveWorkspace(bytes);
    } finally {
      const words = this.#view();
      Atomics.store(words, CONTROL.workspace, this.workspace.address);
      Atomics.store(words, CONTROL.workspaceBytes, this.workspace.bytes);
    }
  }

  override load(bytes: Uint8Array<ArrayBuffer>, count: number): number {
    const first = super.load(bytes, count);
    if (this.threads > 1) this.#modules.publish(bytes, first, count);
    return first;
  }

  override unload(first: number, count: number): void {
    super.unload(first, count);
    if (this.threads > 1) this.#modules.publish(new Uint8Array(), first, count);
  }

  override get isAwake(): boolean {
    return this.#started && Atomics.load(this.#words, CONTROL.parked) < this.threads - 1;
  }

  override begin(wakes: boolean): void {
    if (!this.#started) this.#start();
    Atomics.store(this.#words, CONTROL.active, 1);
    if (wakes && Atomics.load(this.#words, CONTROL.parked) > 0) this.#wake();
  }

  override end(): void {
    Atomics.store(this.#words, CONTROL.active, 0);
  }

  override run(id: number, tasks: Int32Array): void {
    const { threads } = this;
    const words = this.#words;
    const count = tasks.length / 3;
    if (count > MAX_TASKS) throw new TenfoldError(`internal: ${count} tasks at once`);
    words.set(tasks, TASKS_ADDRESS / 4);
    words[CONTROL.function] = id;
    Atomics.store(words, CONTROL.done, 0);
    for (let thread = 0; thread < threads; thread++) {
      const next = Math.floor((count * thread) / threads);
      const limit = Math.floor((count * (thread + 1)) / threads);
      Atomics.store(words, CONTROL.words + WORD_STRIDE * thread, (limit << 16) | next);
    }
    const failures: unknown[] = [];
    for (let thread = 0; thread < threads; thread++)
      this.#work(id, CONTROL.words + WORD_STRIDE * thread, failures);
    if (words[CONTROL.timed] === 1) this.#ownEnd = performance.now();
    this.#join(count);
    if (Atomics.exchange(words, CONTROL.failed, 0) === 1) failures.push(new Error('on a worker thread'));
    if (failures.length > 0) {
      throw new TenfoldError(`internal: a task of function ${id} failed`, { cause: failures[0] });
    }
  }

  override startTiming(): void {
    const times = this.#times();
    for (let thread = 1; thread < this.threads; thread++) times[TIMES.stride * thread + TIMES.tasks] = 0;
    this.#ownEnd = 0;
    this.#words[CONTROL.timed] = 1;
  }

  override stopTiming(begin: number, end: number): ThreadSpan[] {
    this.#words[CONTROL.timed] = 0;
    const spans = super.stopTiming(begin, this.#ownEnd || end);
    const times = this.#times();
    for (let thread = 1; thread < this.threads; thread++) {
      const own = times.subarray(TIMES.stride * thread);
      if (own[TIMES.tasks] === 0) continue;
      const shift = own[TIMES.origin] - performance.timeOrigin;
      spans.push({ thread, begin: own[TIMES.begin] + shift, end: own[TIMES.end] + shift });
    }
    return spans;
  }

  override dispose(): void {
    if (this.#workers.length === 0) return;
    Atomics.store(this.#words, CONTROL.stop, 1);
    this.#wake();
    for (const worker of this.#workers) worker.terminate();
    this.#workers = [];
  }

  /** Claims tasks of one thread's share until there are none. */
  #work(id: number, word: number, failures: unknown[]): void {
    const words = this.#words;
    const run = this.functions[id];
    for (;;) {
      const seen = Atomics.load(words, word);
      if ((seen & 0xffff) >= seen >>> 16) return;
      const claimed = Atomics.add(words, word, 1);
      const task = claimed & 0xffff;
      if (task >= claimed >>> 16) return;
      const at = TASKS_ADDRESS / 4 + 3 * task;
      try {
        run(words[at], words[at + 1], words[at + 2]);
      } catch (error) {
        failures.push(error);
      }
      Atomics.add(words, CONTROL.done, 1);
    }
  }

  /** Waits for the tasks that workers are still at. */
  #join(count: number): void {
    const words = this.#words;
    for (let round = 0; ; round++) {
      const done = Atomics.load(words, CONTROL.done);
      if (done >= count) return;
      if (round < JOIN_ROUNDS || !this.#maySleep) continue;
      // The worker may be waiting for this very core. A browser's main thread must not sleep; it keeps looking.
      try {
        Atomics.wait(words, CONTROL.done, done, JOIN_MILLISECONDS);
      } catch {
        this.#maySleep = false;
      }
    }
  }

  #start(): void {
    const start = {
      memory: this.heap.memory.memory,
      threads: this.threads,
      control: CONTROL,
      header: MODULE_HEADER,
      wordStride: WORD_STRIDE,
      tasksAddress: TASKS_ADDRESS,
      times: TIMES,
      patience: PATIENCE,
    };
    this.#started = true;
    try {
      for (let thread = 1; thread < this.threads; thread++) {
        this.#workers.push(spawn({ ...start, thread }, (reason) => this.#warn(reason)));
      }
    } catch (error) {
      this.#warn(String(error));
    }
  }

  /** Says once that there are fewer threads than wanted; everything goes on without them. */
  #warn(reason: string): void {
    if (this.#warned) return;
    this.#warned = true;
    // oxlint-disable-next-line no-console -- said once, and only where it costs the user speed
    console.warn(
      `Tenfold: a thread of the cpu backend could not run (${reason}); it goes on with fewer threads.`,
    );
  }

  #wake(): void {
    Atomics.add(this.#words, CONTROL.signal, 1);
    Atomics.notify(this.#words, CONTROL.signal);
  }

  #times(): Float64Array {
    return new Float64Array(this.heap.memory.memory.buffer, TIMES.address);
  }

  #view(): Int32Array {
    return new Int32Array(this.heap.memory.memory.buffer);
  }
}
