/**
 * The CPU backend: buffers in one WebAssembly memory, kernels as WebAssembly SIMD, and a pool of threads over both.
 * Everything submitted is done when `submit` returns.
 */

import type {
  Backend,
  BufferId,
  Capabilities,
  DType,
  Dispatch,
  DispatchObserver,
  Kernel,
  MemoryReport,
  Program,
} from '@tenfold/ir';
import { DeviceError, DTYPES, debug, debugLevel, unreachable } from '@tenfold/ir';
import { argumentLayout } from './codegen/arguments.ts';
import type { CompiledModule } from './codegen/compile.ts';
import { compileKernels } from './codegen/compile.ts';
import type { Lowering } from './codegen/lowering.ts';
import { ALIGNMENT } from './memory/free-space.ts';
import { Heap } from './memory/heap.ts';
import { LinearMemory } from './memory/linear-memory.ts';
import { HEAP_START } from './pool/control.ts';
import type { Pairing } from './pairing.ts';
import { MainThread } from './pool/main-thread.ts';
import type { CpuProgram } from './program.ts';
import { Runner } from './runner.ts';
import { detectFeatures, enableRelaxedSimd } from './wasm/index.ts';

export interface CpuOptions {
  /** Threads that share the work, the calling one included. Default: as many as the machine runs at once. */
  readonly threads?: number;
  /** Fused multiply-add where the engine has it; results then differ in the last bit between machines. Default true. */
  readonly relaxedSimd?: boolean;
  /**
   * Most bytes that a convolution may take beside its operands and its result, over all threads. Algorithms that need
   * more are not chosen; where all do, the one that needs least is. With `deterministic` this is counted for 256 threads, so that
   * the choice is the same everywhere. Default: no limit.
   */
  readonly convolutionWorkspaceBytes?: number;
  /**
   * The same bits on every machine: turns fused multiply-add and wide vectors off. (The number of threads changes no
   * result, but for the choice of a convolution's algorithm under a limit; with this option it does not either.)
   * Functions of float64 are the engine's own, and may differ between engines. Default false.
   */
  readonly deterministic?: boolean;
  /** Most bytes of memory to use, at most 4 GiB. */
  readonly memoryBytes?: number;
}

/** What a backend makes use of. */
export interface CpuFeatures {
  readonly threads: number;
  readonly sharedMemory: boolean;
  /** Fused multiply-add. */
  readonly relaxedSimd: boolean;
  /** Vectors of 256 bits. */
  readonly wideVectors: boolean;
}

/** What a backend has besides the general templates and the thread that calls it. */
export interface CpuParts {
  readonly lowerings?: readonly Lowering[];
  /** Dtypes of attention, where a lowering compiles it. */
  readonly attention?: ReadonlySet<DType>;
  /** Whether a lowering runs routines of the host. */
  readonly hostRoutines?: boolean;
  readonly pairing?: Pairing | undefined;
  readonly pool?: (heap: Heap, threads?: number) => MainThread;
}

export class CpuBackend implements Backend {
  readonly name = 'cpu';
  readonly caps: Capabilities;
  readonly #heap: Heap;
  readonly #pool: MainThread;
  readonly #runner: Runner;
  /** What is on, of what was asked for and what the engine has. */
  readonly features: CpuFeatures;
  readonly #pairing: Pairing | undefined;
  readonly #lowerings: readonly Lowering[];
  readonly #dropped: FinalizationRegistry<{ readonly first: number; readonly count: number }>;
  #disposed = false;

  constructor(
    options: CpuOptions = {},
    { lowerings = [], attention, hostRoutines, pairing, pool: makePool }: CpuParts = {},
  ) {
    this.#lowerings = lowerings;
    this.#pairing = pairing;
    const wanted = !options.deterministic && (options.relaxedSimd ?? true);
    if (wanted) enableRelaxedSimd();
    const features = detectFeatures();
    if (!features.simd) {
      throw new DeviceError('cpu: this engine has no WebAssembly SIMD, which the cpu backend needs');
    }
    const sharedMemory = makePool !== undefined && features.sharedMemory;
    const memory = new LinearMemory(sharedMemory, HEAP_START, options.memoryBytes);
    this.#heap = new Heap(memory, HEAP_START);
    this.#pool = makePool?.(this.#heap, options.threads) ?? new MainThread(this.#heap);
    this.#runner = new Runner(this.#heap, this.#pool);
    const pool = this.#pool;
    this.features = {
      threads: pool.threads,
      sharedMemory,
      relaxedSimd: wanted && features.relaxedSimd,
      wideVectors: pairing !== undefined,
    };
    this.#dropped = new FinalizationRegistry(({ first, count }) => pool.unload(first, count));
    this.caps = {
      dtypes: new Set(DTYPES),
      threads: this.#pool.threads,
      subgroups: false,
      f16: false,
      attention,
      hostRoutines,
      maxOperands: 1024,
      maxBufferBytes: memory.maximumBytes,
      alignment: ALIGNMENT,
    };
  }

  alloc(bytes: number): BufferId {
    this.#alive();
    return this.#makingRoom(() => this.#heap.alloc(bytes));
  }

  /** Freeing what went with the backend does nothing: handles may be collected later than it. */
  free(id: BufferId): void {
    if (!this.#disposed) this.#heap.free(id);
  }

  write(id: BufferId, data: Uint8Array, offset = 0): void {
    this.#range(id, offset, data.byteLength).set(data);
  }

  readSync(id: BufferId, offset = 0, bytes = this.#heap.sizeOf(id) - offset): Uint8Array {
    const copy = new Uint8Array(bytes);
    copy.set(this.#range(id, offset, bytes));
    return copy;
  }

  read(id: BufferId, offset?: number, bytes?: number): Promise<Uint8Array> {
    return Promise.resolve(this.readSync(id, offset, bytes));
  }

  compile(kernels: readonly Kernel[]): readonly Program[] {
    this.#alive();
    return this.#load(kernels);
  }

  submit(batch: readonly Dispatch[]): void {
    this.#alive();
    this.#runner.run(batch);
  }

  get observer(): DispatchObserver | undefined {
    return this.#runner.observer;
  }

  set observer(value: DispatchObserver | undefined) {
    this.#runner.observer = value;
  }

  synchronize(): Promise<void> {
    return Promise.resolve();
  }

  dispose(): void {
    this.#disposed = true;
    this.#pool.dispose();
  }

  memoryReport(): MemoryReport {
    return this.#heap.report();
  }

  /** Takes memory; where there is none, once more without what batches keep between them. */
  #makingRoom<T>(take: () => T): T {
    try {
      return take();
    } catch (error) {
      if (!this.#runner.dropScratch()) throw error;
      return take();
    }
  }

  /** All kernels in one module. */
  #load(kernels: readonly Kernel[]): CpuProgram[] {
    if (kernels.length === 0) return [];
    const compiled = compileKernels(kernels, {
      memory: this.#heap.memory.limits,
      relaxed: this.features.relaxedSimd,
      pairing: this.#pairing,
      lowerings: this.#lowerings,
    });
    debugCode(kernels, compiled);
    const count = compiled.functionCount;
    const workspace = Math.max(...compiled.kernels.map(({ workspaceBytes }) => workspaceBytes));
    this.#makingRoom(() => this.#pool.reserveWorkspace(workspace));
    const module = { firstFunction: this.#pool.load(compiled.bytes, count) };
    this.#dropped.register(module, { first: module.firstFunction, count });
    return kernels.map((kernel, i) => {
      const functions = compiled.kernels[i];
      return { kernel, layout: argumentLayout(kernel), functions, module };
    });
  }

  #range(id: BufferId, offset: number, bytes: number): Uint8Array {
    this.#alive();
    const size = this.#heap.sizeOf(id);
    if (offset < 0 || bytes < 0 || offset + bytes > size) {
      unreachable(`bytes ${offset} to ${offset + bytes} of buffer ${id}, which has ${size}`);
    }
    return this.#heap.memory.bytes.subarray(id + offset, id + offset + bytes);
  }

  #alive(): void {
    if (this.#disposed) throw new DeviceError('cpu: the backend was disposed of; make a new one with cpu()');
  }
}

/** Prints what kernels became, where TENFOLD_DEBUG asks for it. */
function debugCode(kernels: readonly Kernel[], { bytes }: CompiledModule): void {
  if (debugLevel() < 4) return;
  const names = kernels.map(({ name }) => name).join(', ');
  void import('./wasm/disassemble.ts').then(({ disassemble }) =>
    debug(4, () => `${names}:\n${disassemble(bytes)}`),
  );
}
