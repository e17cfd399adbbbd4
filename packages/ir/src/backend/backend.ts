/**
 * What a device must be able to do. A backend compiles kernels and runs them in order on buffers; it knows nothing of
 * tensors, graphs, storages or gradients. The conformance suite in `@tenfold/testing` checks an implementation.
 */

import type { DType } from '../dtype.ts';
import type { Kernel } from '../kernel/kernel.ts';

/** A buffer of a backend: a slab into which operands are bound at byte offsets. */
export type BufferId = number;

export interface Capabilities {
  readonly dtypes: ReadonlySet<DType>;
  /** Threads that share the work; 1 without shared memory. */
  readonly threads: number;
  readonly subgroups: boolean;
  /** Arithmetic in float16, not only storage. */
  readonly f16: boolean;
  /** The dtypes in which it runs `attention` kernels; none where this is absent. */
  readonly attention?: ReadonlySet<DType>;
  /** Whether it runs `host` kernels: its memory is the host's. */
  readonly hostRoutines?: boolean;
  /** Distinct slabs one dispatch may bind. */
  readonly maxOperands: number;
  /** Greatest size of one buffer, in bytes. */
  readonly maxBufferBytes: number;
  /** Alignment of operand offsets, in bytes. */
  readonly alignment: number;
  /** Bytes up to which slabs grow, so that much of a model is one binding; 1 MiB where this is absent. */
  readonly slabBytes?: number;
}

/** Where an operand stands. */
export interface OperandRef {
  readonly buffer: BufferId;
  /** In bytes, a multiple of the backend's alignment. */
  readonly offset: number;
}

/** One use of a program: what is bound to its operands, scalars and extent parameters. */
export interface Launch {
  readonly operands: readonly OperandRef[];
  readonly scalars: readonly number[];
  readonly extents: readonly number[];
}

/** Runs of one program that do not depend on each other: one launch each (the offset table of a batched kernel). */
export interface Dispatch {
  readonly program: Program;
  readonly launches: readonly Launch[];
}

/** A compiled kernel. */
export interface Program {
  readonly kernel: Kernel;
}

/** What one thread did of a dispatch: from the begin of its first task to the end of its last one. */
export interface ThreadSpan {
  /** 0 is the calling thread. */
  readonly thread: number;
  readonly begin: number;
  readonly end: number;
}

/**
 * Is told when a dispatch ran, and where, on devices that know: milliseconds of `performance.now()`, the dispatches of one
 * device in order. A device that learns them late, from timestamp queries, tells them before `synchronize` resolves.
 */
export type DispatchObserver = (
  dispatch: Dispatch,
  begin: number,
  end: number,
  threads?: readonly ThreadSpan[],
) => void;

/** How a device's memory is used, in bytes. */
export interface MemoryReport {
  /** In use now, and the most there has been. */
  readonly used: number;
  readonly peak: number;
  /** What the device has taken from the system so far, and the most it may take. */
  readonly total: number;
  readonly capacity: number;
  /** The largest buffer that could be had now. */
  readonly largestFree: number;
  /** The share of the free bytes within `total` that the largest free block does not have: 0 when they are one block. */
  readonly fragmentation: number;
  /** Buffers in use. */
  readonly blocks: number;
}

export interface Backend {
  readonly name: string;
  readonly caps: Capabilities;
  /** Raises OutOfMemoryError with the sizes. Contents are undefined. */
  alloc(bytes: number): BufferId;
  free(id: BufferId): void;
  write(id: BufferId, data: Uint8Array, offset?: number): void;
  read(id: BufferId, offset?: number, bytes?: number): Promise<Uint8Array>;
  /** Present where the device can be waited for. Returns a copy. */
  readSync?(id: BufferId, offset?: number, bytes?: number): Uint8Array;
  /** Pure; one call per plan, so that a backend can batch. Equal kernels may share a program. */
  compile(kernels: readonly Kernel[]): readonly Program[];
  compileAsync?(kernels: readonly Kernel[]): Promise<readonly Program[]>;
  /** Runs the dispatches in order; returns before they are done on an asynchronous device. */
  submit(batch: readonly Dispatch[]): void;
  /** Resolves when everything submitted is done. */
  synchronize(): Promise<void>;
  /** Resolves when little enough is on its way to submit more; present where work is done later. */
  room?(): Promise<void>;
  /** Present where the device knows. */
  memoryReport?(): MemoryReport;
  /** Set while a profile is taken: each dispatch is then timed, which costs a little. Without one, nothing is. */
  observer?: DispatchObserver;
  dispose(): void;
  /** Whether it was disposed of; another backend may then be registered in its place. */
  readonly disposed?: boolean;
}
