/**
 * `profile(fn)`: what a piece of a program costs and where. It runs the function as it is, with a clock at each dispatch and
 * at each phase of the host, and relates the times to the work of the kernels and to what the device can do.
 */

import { ArgumentError } from '@tenfold/ir';
import { keep, tensorsIn } from '../core/module-calls.ts';
import { deviceOf } from '../core/tensor.ts';
import type { Peaks } from './peaks.ts';
import { peaksOf } from './peaks.ts';
import type { Recording } from './recording.ts';
import { record } from './recording.ts';
import type { HostTimes, KernelFigures, KernelProfile, Report, ThreadFigures } from './report.ts';
import { report } from './report.ts';
import type { TableOptions } from './table.ts';
import { table } from './table.ts';
import type { Trace } from './trace.ts';
import { trace } from './trace.ts';

export interface ProfileOptions {
  /** The device that is observed. Default: the default one. */
  readonly device?: string;
  /** Calls before the ones that are observed, so that plans are made and code is compiled. Default 0. */
  readonly warmUp?: number;
  /** Calls that are observed, one after another. Default 1. */
  readonly calls?: number;
  /** The device's limits; false: without them, and without the share of the roofline. Default: measured, once a process. */
  readonly peaks?: Peaks | false;
}

/** What was observed. All times are milliseconds, of all calls together. */
export class Profile<R = unknown> {
  /** What the last call returned. */
  readonly result: R;
  readonly device: string;
  readonly peaks: Peaks | undefined;
  readonly #recording: Recording;
  readonly #report: Report;

  constructor(result: R, device: string, recording: Recording, peaks: Peaks | undefined) {
    this.result = result;
    this.device = device;
    this.peaks = peaks;
    this.#recording = recording;
    this.#report = report(recording, peaks);
  }

  /** From the first call to the end of the last one. */
  get milliseconds(): number {
    return this.#recording.wall;
  }

  /** The slowest first. */
  get kernels(): readonly KernelProfile[] {
    return this.#report.kernels;
  }

  /** By kind: contractions, reductions, elementwise kernels, routines. */
  get kinds(): readonly KernelFigures[] {
    return this.#report.kinds;
  }

  get total(): KernelFigures {
    return this.#report.total;
  }

  get host(): HostTimes {
    return this.#report.host;
  }

  /** What each thread of the device did, where it tells. */
  get threads(): readonly ThreadFigures[] {
    return this.#report.threads;
  }

  /** Runs of the device, plans that were found, plans that had to be made. Compiled functions look for none. */
  get plans(): { readonly runs: number; readonly hits: number; readonly misses: number } {
    const { runs, plans } = this.#recording;
    return { runs, hits: plans.hits, misses: plans.misses };
  }

  /** Bytes of device memory: in use at most while a kernel ran, in use at the end, copied into plans from the host. */
  get memory(): { readonly peakBytes: number; readonly liveBytes: number; readonly uploadedBytes: number } {
    const { peakBytes, liveBytes, uploadedBytes } = this.#recording;
    return { peakBytes, liveBytes, uploadedBytes };
  }

  table(options: TableOptions = {}): string {
    return table(this.#report, this.#recording, this.peaks, options);
  }

  toString(): string {
    return this.table();
  }

  /** All figures as plain data. */
  toJSON(): object {
    const { device, milliseconds, kernels, kinds, total, host, threads, plans, memory, peaks } = this;
    return { device, milliseconds, kernels, kinds, total, host, threads, plans, memory, peaks };
  }

  /** What happened when, for chrome://tracing and ui.perfetto.dev. */
  toTrace(): Trace {
    return trace(this.#recording, this.device);
  }

  /**
   * Writes the trace as a JSON file.
   * @throws ArgumentError where there is no file system.
   */
  async writeTrace(path: string): Promise<void> {
    await fileSystem().writeFile(path, JSON.stringify(this.toTrace()));
  }
}

/**
 * Runs `fn` (synchronous or not; a training step, an inference) and tells what it cost. What is pending before is computed
 * before; tensors that `fn` returns, and writes that it leaves pending, are computed and counted. Dispatches are timed one
 * by one, each with all threads; the clock costs some tenths of a microsecond each. Not for two functions at once.
 * @throws ArgumentError for counts that are not positive integers, and when the device is being profiled already.
 */
export async function profile<R>(
  fn: () => R | Promise<R>,
  options: ProfileOptions = {},
): Promise<Profile<R>> {
  const { warmUp = 0, calls = 1, peaks: given } = options;
  if (!Number.isInteger(warmUp) || warmUp < 0 || !Number.isInteger(calls) || calls < 1)
    throw new ArgumentError(
      `profile: calls must be a positive integer and warmUp not negative, got ${calls} and ${warmUp}`,
    );
  const device = deviceOf(options.device);
  const once = async (): Promise<R> => {
    const result = await fn();
    // All of them in one run; what hangs on no open graph is computed by itself.
    for (const tensor of tensorsIn(result)) keep(tensor);
    if (device.graph.size > 0) device.run();
    for (const tensor of tensorsIn(result)) tensor.materialize();
    return result;
  };
  const repeat = async (times: number): Promise<R> => {
    for (let i = 1; i < times; i++) await once();
    return once();
  };
  if (device.graph.size > 0) device.run();
  const peaks = given === false ? undefined : (given ?? (await peaksOf(device.backend)));
  if (warmUp > 0) await repeat(warmUp);
  const { result, recording } = await record(device, () => repeat(calls));
  return new Profile(result, device.name, recording, peaks);
}

/** The part of Node's file system that is used, reached without an import that a browser bundle could not resolve. */
interface FileSystem {
  writeFile(path: string, text: string): Promise<void>;
}

function fileSystem(): FileSystem {
  const process: unknown = Reflect.get(globalThis, 'process');
  const module: unknown = hasBuiltins(process) ? process.getBuiltinModule('node:fs/promises') : undefined;
  if (isFileSystem(module)) return module;
  throw new ArgumentError('writeTrace: there is no file system here; save what toTrace() gives as JSON');
}

function hasBuiltins(value: unknown): value is { getBuiltinModule(name: string): unknown } {
  return typeof value === 'object' && value !== null && 'getBuiltinModule' in value;
}

function isFileSystem(value: unknown): value is FileSystem {
  return typeof value === 'object' && value !== null && 'writeFile' in value;
}
