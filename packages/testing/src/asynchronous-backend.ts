/**
 * An asynchronous device in miniature, to try what must also hold on a GPU: the interpreter behind a queue that is worked
 * off in later tasks. There is no `readSync` and no float64, operands are 256 bytes apart, a dispatch binds eight slabs at
 * most; a failure sticks, and is raised by the next read.
 */

import type {
  Backend,
  BufferId,
  Capabilities,
  Dispatch,
  DispatchObserver,
  Kernel,
  Program,
} from '@tenfold/ir';
import { DTYPES } from '@tenfold/ir';
import { InterpreterBackend } from './interpreter-backend.ts';

export class AsynchronousBackend implements Backend {
  readonly name = 'asynchronous';
  readonly caps: Capabilities;
  /** How often contents were asked for. */
  reads = 0;

  readonly #inner: InterpreterBackend;
  #queue: (() => void)[] = [];
  #failure: unknown;

  constructor() {
    const dtypes = new Set(DTYPES.filter((dtype) => dtype !== 'float64'));
    this.#inner = new InterpreterBackend({
      order: 'shuffle',
      seed: 1,
      caps: {
        dtypes,
        attention: new Set(['float32']),
        hostRoutines: false,
        alignment: 256,
        maxOperands: 8,
        maxBufferBytes: 2 ** 27,
      },
    });
    this.caps = this.#inner.caps;
  }

  get observer(): DispatchObserver | undefined {
    return this.#inner.observer;
  }

  set observer(observer: DispatchObserver | undefined) {
    this.#inner.observer = observer;
  }

  alloc(bytes: number): BufferId {
    return this.#inner.alloc(bytes);
  }

  /** Handles may be collected later than the backend they belong to. */
  free(id: BufferId): void {
    if (!this.disposed) this.#enqueue(() => this.#inner.free(id));
  }

  write(id: BufferId, data: Uint8Array, offset?: number): void {
    const copy = data.slice();
    this.#enqueue(() => this.#inner.write(id, copy, offset));
  }

  read(id: BufferId, offset?: number, bytes?: number): Promise<Uint8Array> {
    this.reads++;
    return this.#settled(() => this.#inner.readSync(id, offset, bytes));
  }

  compile(kernels: readonly Kernel[]): readonly Program[] {
    return this.#inner.compile(kernels);
  }

  /** What is bound is copied, because the engine uses its arrays again. */
  submit(batch: readonly Dispatch[]): void {
    const bound = batch.map(({ program, launches }) => ({
      program,
      launches: launches.map(({ operands, scalars, extents }) => ({
        operands: [...operands],
        scalars: [...scalars],
        extents: [...extents],
      })),
    }));
    this.#enqueue(() => this.#inner.submit(bound));
  }

  synchronize(): Promise<void> {
    return this.#settled(() => {});
  }

  get disposed(): boolean {
    return this.#inner.disposed;
  }

  dispose(): void {
    this.#queue = [];
    this.#inner.dispose();
  }

  #enqueue(task: () => void): void {
    if (this.#queue.push(task) === 1) setTimeout(() => this.#drain());
  }

  #drain(): void {
    const tasks = this.#queue;
    this.#queue = [];
    for (const task of tasks) {
      try {
        task();
      } catch (error) {
        this.#failure ??= error;
      }
    }
  }

  /** What `ask` gives after everything before it, or the first failure. */
  #settled<T>(ask: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#enqueue(() => {
        try {
          if (this.#failure !== undefined) throw this.#failure;
          resolve(ask());
        } catch (error) {
          reject(error);
        }
      });
    });
  }
}
