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
import { DTYPES, DeviceError, DeviceLostError, unreachable } from '@tenfold/ir';
import type { DeviceOptions, OpenDevice } from './device/open-device.ts';
import { openDevice } from './device/open-device.ts';
import { lower } from './lowering/lower.ts';
import { Buffers } from './memory/buffers.ts';
import type { GpuProgram } from './program.ts';
import type { FlightLimits } from './queue/in-flight.ts';
import { FLIGHT_LIMITS } from './queue/in-flight.ts';
import type { SessionOptions } from './session.ts';
import { Session } from './session.ts';
import type { AdapterClass } from './target.ts';
import type { TuningRecord } from './tuning/table.ts';
import { TuningTable } from './tuning/table.ts';
import { Tuner } from './tuning/tuner.ts';
import type { Tuning } from './tuning/tuning.ts';

export interface WebGpuOptions extends DeviceOptions {
  /** Most bytes of buffers to take. Default: no limit but the device's. */
  readonly memoryLimit?: number;
  /** Called once when four fifths of `memoryLimit` are held. */
  readonly onMemoryWarning?: (heldBytes: number, limitBytes: number) => void;
  /** How long anything may be waited for, in milliseconds. Default: two minutes, half an hour on the processor. */
  readonly timeout?: number;
  /** Longer dispatches, by a cautious guess, are cut, in milliseconds: a watchdog ends those of seconds. Default 500. */
  readonly dispatchTime?: number;
  /** Keeps a copy of all variables on the host for `recover()`, taken every so many runs. Default: none. */
  readonly hostCopy?: { readonly every: number };
  /** What a loop that never awaits may give the device to do. */
  readonly inFlight?: Partial<FlightLimits>;
  /** How kernels are cut up: what `exportTuning()` returned once on such an adapter. Default: a heuristic decides. */
  readonly tuning?: TuningRecord | Tuning;
}

/** What a backend did so far; every number only grows. */
export interface BackendCounters {
  /** Batches that were submitted. */
  submissions: number;
  /** Dispatches of kernels in them. */
  dispatches: number;
  /** Reads by the host, and their bytes. */
  reads: number;
  readBytes: number;
  /** Writes by the host, and their bytes. */
  writes: number;
  writtenBytes: number;
}

const WAIT: { readonly [adapter in AdapterClass]: number } = {
  discrete: 120_000,
  integrated: 120_000,
  software: 1_800_000,
};
const DISPATCH_MILLISECONDS = 500;

/** Everything but float64, which no GPU language on the web has. */
const SUPPORTED: ReadonlySet<DType> = new Set(DTYPES.filter((dtype) => dtype !== 'float64'));

/** Half floats are written out: the log-sum-exp, which stands beside the output in its dtype, would be too coarse. */
const ATTENTION: ReadonlySet<DType> = new Set<DType>(['float32']);

export class WebGpuBackend implements Backend {
  readonly name = 'webgpu';
  readonly caps: Capabilities;
  readonly counters: BackendCounters = {
    submissions: 0,
    dispatches: 0,
    reads: 0,
    readBytes: 0,
    writes: 0,
    writtenBytes: 0,
  };
  observer?: DispatchObserver;
  /** Called after each submission. */
  onSubmit?: () => void;

  readonly #buffers: Buffers;
  readonly #options: WebGpuOptions;
  readonly #sessionOptions: SessionOptions;
  #session: Session;
  readonly #tuning: Tuning;
  readonly #table: TuningTable;
  readonly #tuner: Tuner;
  disposed = false;

  constructor(open: OpenDevice, options: WebGpuOptions = {}) {
    const { device, target, limits, info } = open;
    this.#options = options;
    const { tuning } = options;
    const fixed = tuning !== undefined && 'stepsFor' in tuning;
    this.#table = new TuningTable(info, fixed ? undefined : tuning);
    this.#tuning = fixed ? tuning : this.#table;
    this.#tuner = new Tuner(this.#table, target);
    this.#buffers = new Buffers(
      device,
      { bufferBytes: limits.maxBufferSize, totalBytes: options.memoryLimit ?? Infinity },
      { warn: options.onMemoryWarning, fail: (error) => this.#session.fail(error) },
    );
    this.#sessionOptions = {
      waitMilliseconds: options.timeout ?? WAIT[target.adapter],
      dispatchMilliseconds: options.dispatchTime ?? DISPATCH_MILLISECONDS,
      flight: { ...FLIGHT_LIMITS, ...options.inFlight },
    };
    this.#session = new Session(open, this.#buffers, this.#sessionOptions);
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

  get info(): GPUAdapterInfo {
    return this.#session.open.info;
  }

  /** WebGPU's own device, of which there is another one after a recovery. */
  get device(): GPUDevice {
    return this.#session.open.device;
  }

  /** Batches that the device has not done yet. */
  get inFlight(): number {
    return this.#session.inFlight;
  }

  alloc(bytes: number): BufferId {
    this.#alive();
    return this.#buffers.alloc(bytes);
  }

  /** Freeing what went with the backend does nothing: handles may be collected later than it. */
  free(id: BufferId): void {
    if (!this.disposed) this.#session.free(id);
  }

  write(id: BufferId, data: Uint8Array, offset = 0): void {
    this.#alive();
    if (data.byteLength === 0) return;
    checkRange(offset, data.byteLength, this.#buffers.get(id).asked);
    this.counters.writes++;
    this.counters.writtenBytes += data.byteLength;
    this.#session.write(id, data, offset);
  }

  async read(id: BufferId, offset = 0, bytes?: number): Promise<Uint8Array> {
    this.#alive();
    const { asked } = this.#buffers.get(id);
    const length = bytes ?? asked - offset;
    checkRange(offset, length, asked);
    this.counters.reads++;
    this.counters.readBytes += length;
    return this.#session.read(id, offset, length);
  }

  /** A buffer's bytes in their turn, for copies that nobody waits for; they are not counted. */
  async copyOut(id: BufferId, offset: number, bytes: number): Promise<Uint8Array> {
    return this.#session.read(id, offset, bytes);
  }

  compile(kernels: readonly Kernel[]): readonly Program[] {
    this.#alive();
    return kernels.map((kernel): GpuProgram => {
      this.#tuner.note(kernel);
      return {
        kernel,
        lowered: lower(kernel, this.#session.open.target, this.#tuning),
        shaders: new Map(),
      };
    });
  }

  /** Raises DeviceError where a loop that never awaits has run away from the device. */
  submit(batch: readonly Dispatch[]): void {
    this.#alive();
    this.#session.submit(batch, this.observer);
    this.counters.submissions++;
    this.counters.dispatches += batch.length;
    this.onSubmit?.();
  }

  async room(): Promise<void> {
    this.#alive();
    await this.#session.room();
  }

  async synchronize(): Promise<void> {
    this.#alive();
    await this.#session.synchronize();
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

  /**
   * Opens the device again, after a loss or to be rid of an error. Buffers keep their ids; what was in them is gone. Raises
   * DeviceError where there is no device, or one that the kernels compiled so far do not fit.
   */
  async reopen(): Promise<void> {
    this.#alive();
    const { target } = this.#session.open;
    await this.#session.close(new DeviceLostError('webgpu: the device is opened again; await recover()'));
    const open = await openDevice(this.#options);
    if (JSON.stringify(open.target) !== JSON.stringify(target)) {
      open.device.destroy();
      throw new DeviceError(
        `webgpu: the adapter is not what it was (${open.info.description}); call webgpu() in a new process or page`,
      );
    }
    this.#buffers.moveTo(open.device);
    this.#session = new Session(open, this.#buffers, this.#sessionOptions);
  }

  memoryReport(): MemoryReport {
    return this.#buffers.report();
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    void this.#session.close(disposedOf());
    this.#buffers.dispose();
  }

  #alive(): void {
    if (this.disposed) throw disposedOf();
  }
}

function disposedOf(): DeviceError {
  return new DeviceError('webgpu: the backend was disposed of; make a new one with webgpu()');
}

function checkRange(offset: number, bytes: number, size: number): void {
  if (offset < 0 || bytes < 0 || offset + bytes > size) {
    unreachable(`bytes ${offset} to ${offset + bytes} of a buffer that has ${size}`);
  }
}
