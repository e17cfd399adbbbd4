/**
 * The WebGPU backend: buffers of the device, kernels as WGSL, batches as one command encoder and one submission each.
 * Work is done after `submit` has returned; reads come back when the device has got there.
 */

import type {
  Backend,
  BufferId,
  Capabilities,
  Dispatch,
  DispatchObserver,
  DType,
  Kernel,
  MemoryReport,
  Program,
} from '@tenfold/ir';
import { DTYPES, DeviceError, unreachable } from '@tenfold/ir';
import type { OpenDevice } from './device/open-device.ts';
import { lower } from './lowering/lower.ts';
import { Buffers } from './memory/buffers.ts';
import { BytePatcher } from './memory/byte-patch.ts';
import { LaunchRing } from './memory/launch-ring.ts';
import { Staging } from './memory/staging.ts';
import type { GpuProgram } from './program.ts';
import { Pipelines } from './queue/pipelines.ts';
import { PreparedBatch } from './queue/prepared-batch.ts';
import { WorkQueue } from './queue/work-queue.ts';
import type { TuningRecord } from './tuning/table.ts';
import { TuningTable } from './tuning/table.ts';
import { Tuner } from './tuning/tuner.ts';
import type { Tuning } from './tuning/tuning.ts';

export interface BackendOptions {
  /** Most bytes of buffers to take. Default: no limit but the device's. */
  readonly memoryLimit?: number;
  /** Called once when four fifths of `memoryLimit` are held. */
  readonly onMemoryWarning?: (heldBytes: number, limitBytes: number) => void;
  /** How kernels are cut up: what `exportTuning()` returned once on such an adapter. Default: a heuristic decides. */
  readonly tuning?: TuningRecord | Tuning;
}

/** Everything but float64, which no GPU language on the web has. */
const SUPPORTED: ReadonlySet<DType> = new Set(DTYPES.filter((dtype) => dtype !== 'float64'));

/** Computed in float32. */
const ATTENTION: ReadonlySet<DType> = new Set<DType>(['float32', 'float16', 'bfloat16']);

export class WebGpuBackend implements Backend {
  readonly name = 'webgpu';
  readonly caps: Capabilities;
  readonly info: GPUAdapterInfo;
  observer?: DispatchObserver;

  readonly #open: OpenDevice;
  readonly #device: GPUDevice;
  readonly #buffers: Buffers;
  readonly #staging: Staging;
  readonly #ring: LaunchRing;
  readonly #pipelines: Pipelines;
  readonly #patcher: BytePatcher;
  readonly #queue = new WorkQueue();
  readonly #prepared = new WeakMap<readonly Dispatch[], PreparedBatch>();
  #workspace: { readonly id: BufferId; readonly bytes: number } | undefined;
  readonly #tuning: Tuning;
  readonly #table: TuningTable;
  readonly #tuner: Tuner;
  disposed = false;

  constructor(open: OpenDevice, options: BackendOptions = {}) {
    const { device, target, limits, info } = open;
    this.#open = open;
    this.#device = device;
    const { tuning } = options;
    const fixed = tuning !== undefined && 'stepsFor' in tuning;
    this.#table = new TuningTable(info, fixed ? undefined : tuning);
    this.#tuning = fixed ? tuning : this.#table;
    this.#tuner = new Tuner(this.#table, target);
    this.info = info;
    this.#buffers = new Buffers(
      device,
      { bufferBytes: limits.maxBufferSize, totalBytes: options.memoryLimit ?? Infinity },
      options.onMemoryWarning,
    );
    this.#staging = new Staging(device);
    this.#ring = new LaunchRing(device);
    this.#pipelines = new Pipelines(device, this.#ring.layout);
    this.#patcher = new BytePatcher(device);
    this.caps = {
      dtypes: SUPPORTED,
      threads: 1,
      subgroups: target.subgroups !== undefined,
      f16: target.f16,
      attention: ATTENTION,
      maxOperands: 1024,
      maxBufferBytes: limits.maxBufferSize,
      alignment: 256,
      // What every device can bind at once.
      slabBytes: 2 ** 27,
    };
  }

  alloc(bytes: number): BufferId {
    this.#alive();
    return this.#buffers.alloc(bytes);
  }

  /** Freeing what went with the backend does nothing: handles may be collected later than it. */
  free(id: BufferId): void {
    if (!this.disposed) this.#queue.add(() => this.#buffers.free(id));
  }

  write(id: BufferId, data: Uint8Array, offset = 0): void {
    this.#alive();
    if (data.byteLength === 0) return;
    const { buffer, asked } = this.#buffers.get(id);
    checkRange(offset, data.byteLength, asked);
    // The caller's bytes are taken as they are now.
    const bytes = this.#queue.idle ? data : data.slice();
    this.#queue.add(() => this.#writeNow(buffer, bytes, offset));
  }

  read(id: BufferId, offset = 0, bytes?: number): Promise<Uint8Array> {
    this.#alive();
    const { buffer, asked } = this.#buffers.get(id);
    const length = bytes ?? asked - offset;
    checkRange(offset, length, asked);
    return this.#queue.result(() => this.#staging.read(buffer, offset, length));
  }

  compile(kernels: readonly Kernel[]): readonly Program[] {
    this.#alive();
    return kernels.map((kernel): GpuProgram => {
      this.#tuner.note(kernel);
      return { kernel, lowered: lower(kernel, this.#open.target, this.#tuning), shaders: new Map() };
    });
  }

  submit(batch: readonly Dispatch[]): void {
    this.#alive();
    const prepared = this.#prepare(batch);
    if (prepared.commands.length === 0) return;
    const table = prepared.capture();
    const rows = prepared.ready || !this.#queue.idle ? table.slice() : table;
    this.#queue.add(() => this.#encode(prepared, rows), prepared.ready);
  }

  async synchronize(): Promise<void> {
    await this.#queue.settled();
    await this.#device.queue.onSubmittedWorkDone();
    this.#queue.check();
  }

  /**
   * Searches the fastest ways to cut up the kernels that were compiled so far, by running them on memory of their own; how
   * many there were. It takes seconds a kernel, most of them the driver's compiler. What it finds holds for kernels that
   * are compiled afterwards, in this process or, through `tuningRecord`, in others.
   */
  tune(): Promise<number> {
    this.#alive();
    return this.#tuner.search(this);
  }

  /** What is known of this adapter and others, as plain JSON. */
  tuningRecord(): TuningRecord {
    return this.#table.record();
  }

  memoryReport(): MemoryReport {
    return this.#buffers.report();
  }

  dispose(): void {
    this.disposed = true;
    this.#buffers.dispose();
    this.#staging.dispose();
    this.#ring.dispose();
    this.#device.destroy();
  }

  #prepare(batch: readonly Dispatch[]): PreparedBatch {
    const known = this.#prepared.get(batch);
    // One that uses workspaces is made ready again when they have moved.
    if (known && (known.workspace === undefined || known.workspace === this.#workspace?.id)) return known;
    const prepared = new PreparedBatch(batch, {
      device: this.#device,
      target: this.#open.target,
      pipelines: this.#pipelines,
      buffer: (id) => this.#buffers.get(id).buffer,
      workspace: (bytes) => this.#workspaceOf(bytes),
    });
    this.#prepared.set(batch, prepared);
    return prepared;
  }

  #encode(prepared: PreparedBatch, rows: Uint32Array<ArrayBuffer>): void {
    const start = prepared.writeRows(this.#ring, rows);
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const { pipeline, slabs, rowBytes, rowsAt, grid } of prepared.commands) {
      pass.setPipeline(pipeline.compiled ?? unreachable('a pipeline was used before it was compiled'));
      pass.setBindGroup(0, slabs);
      pass.setBindGroup(1, this.#ring.group(rowBytes), [start + rowsAt]);
      pass.dispatchWorkgroups(grid[0], grid[1]);
    }
    pass.end();
    this.#device.queue.submit([encoder.finish()]);
  }

  #writeNow(buffer: GPUBuffer, data: Uint8Array, offset: number): void {
    const end = offset + data.byteLength;
    const [from, to] = [Math.ceil(offset / 4) * 4, Math.floor(end / 4) * 4];
    if (from > to) return this.#patcher.write(buffer, to, offset - to, data);
    if (from > offset)
      this.#patcher.write(buffer, from - 4, offset - (from - 4), data.subarray(0, from - offset));
    if (to > from) this.#device.queue.writeBuffer(buffer, from, data.slice(from - offset, to - offset));
    if (end > to) this.#patcher.write(buffer, to, 0, data.subarray(to - offset));
  }

  #workspaceOf(bytes: number): BufferId {
    if (this.#workspace && this.#workspace.bytes >= bytes) return this.#workspace.id;
    if (this.#workspace) this.free(this.#workspace.id);
    this.#workspace = { id: this.#buffers.alloc(bytes), bytes };
    return this.#workspace.id;
  }

  #alive(): void {
    if (this.disposed) {
      throw new DeviceError('webgpu: the backend was disposed of; make a new one with webgpu()');
    }
  }
}

function checkRange(offset: number, bytes: number, size: number): void {
  if (offset < 0 || bytes < 0 || offset + bytes > size) {
    unreachable(`bytes ${offset} to ${offset + bytes} of a buffer that has ${size}`);
  }
}
