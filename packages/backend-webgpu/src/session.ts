/**
 * A device at work: everything that lives and dies with one GPUDevice. What outlives it, the buffers by their ids, is
 * given to it and moves on to the next session after a loss.
 */

import type { BufferId, DeviceError, Dispatch, DispatchObserver } from '@tenfold/ir';
import { DeviceLostError, OutOfMemoryError, TenfoldError } from '@tenfold/ir';
import type { OpenDevice } from './device/open-device.ts';
import { Waits } from './device/waits.ts';
import type { Buffers } from './memory/buffers.ts';
import { BytePatcher } from './memory/byte-patch.ts';
import { LaunchRing } from './memory/launch-ring.ts';
import { Staging } from './memory/staging.ts';
import { DispatchClock } from './queue/dispatch-clock.ts';
import { encode } from './queue/encode.ts';
import type { FlightLimits } from './queue/in-flight.ts';
import { InFlight } from './queue/in-flight.ts';
import { Pipelines } from './queue/pipelines.ts';
import { PreparedBatch } from './queue/prepared-batch.ts';
import { WorkQueue } from './queue/work-queue.ts';

export interface SessionOptions {
  /** How long one wait may take. */
  readonly waitMilliseconds: number;
  /** How long one dispatch of the GPU may take. */
  readonly dispatchMilliseconds: number;
  readonly flight: FlightLimits;
}

export class Session {
  readonly open: OpenDevice;
  readonly #device: GPUDevice;
  readonly #buffers: Buffers;
  readonly #options: SessionOptions;
  readonly #waits: Waits;
  readonly #queue = new WorkQueue();
  readonly #flight: InFlight;
  readonly #staging: Staging;
  readonly #ring: LaunchRing;
  readonly #pipelines: Pipelines;
  readonly #patcher: BytePatcher;
  readonly #clock: DispatchClock;
  readonly #prepared = new WeakMap<readonly Dispatch[], PreparedBatch>();
  #workspace: { readonly id: BufferId; readonly bytes: number } | undefined;
  #closed = false;
  #saidSlow = false;

  constructor(open: OpenDevice, buffers: Buffers, options: SessionOptions) {
    const { device } = open;
    this.open = open;
    this.#device = device;
    this.#buffers = buffers;
    this.#options = options;
    this.#waits = new Waits(options.waitMilliseconds);
    this.#flight = new InFlight(options.flight);
    this.#staging = new Staging(device, this.#waits);
    this.#ring = new LaunchRing(device);
    this.#pipelines = new Pipelines(device, this.#ring.layout, this.#waits);
    this.#patcher = new BytePatcher(device);
    this.#clock = new DispatchClock(device, this.#staging);
    this.#listen();
  }

  /** Batches that the device has not done yet. */
  get inFlight(): number {
    return this.#flight.batches;
  }

  /** An error that is raised at the next await. */
  fail(error: TenfoldError): void {
    this.#queue.fail(error);
  }

  free(id: BufferId): void {
    this.#queue.add(() => this.#buffers.free(id));
  }

  write(id: BufferId, data: Uint8Array, offset: number): void {
    this.#flight.wrote(data.byteLength);
    // The caller's bytes are taken as they are now.
    const bytes = this.#queue.idle ? data : data.slice();
    this.#queue.add(() => this.#writeNow(this.#buffers.get(id).buffer, bytes, offset));
  }

  read(id: BufferId, offset: number, bytes: number): Promise<Uint8Array> {
    return this.#queue.result(() => this.#staging.read(this.#buffers.get(id).buffer, offset, bytes));
  }

  /** Raises DeviceError where more waits for the device than may. */
  submit(batch: readonly Dispatch[], observer: DispatchObserver | undefined): void {
    const prepared = this.#prepare(batch);
    if (prepared.empty && !observer) return;
    const flight = this.#flight.begin();
    const table = prepared.capture();
    const ready = () => prepared.ready();
    // The table changes with the next submission; it is copied where it is not used at once.
    const rows = this.#queue.idle && !ready() && !observer ? table : table.slice();
    const landed = () => this.#flight.end(flight);
    if (!observer) this.#do(() => this.#run(prepared, rows), landed, ready);
    else if (this.open.timestamps) this.#do(() => this.#runTimed(prepared, rows, observer), landed, ready);
    else this.#runOneByOne(prepared, rows, observer, landed);
  }

  /** Does something in its turn; `landed` is called when the device is through with it, or it came to nothing. */
  #do(act: () => void, landed: () => void, ready: () => Promise<unknown> | undefined): void {
    const attempt = () => {
      try {
        act();
      } catch (error) {
        landed();
        throw error;
      }
      void this.#device.queue.onSubmittedWorkDone().then(landed, landed);
    };
    this.#queue.add(attempt, () => {
      const pending = ready();
      pending?.catch(landed);
      return pending;
    });
  }

  /** Resolves when few batches are on their way. Raises the error that sticks, and leaves it there. */
  async room(): Promise<void> {
    if (this.#flight.full) await this.#waits.for(this.#flight.room(), () => 'the work before this');
    this.#queue.check();
  }

  /** Resolves when everything is done and told. Raises the error that sticks. */
  async synchronize(): Promise<void> {
    await this.#waits.for(this.#finished(), () => 'finishing all work');
    this.#queue.take();
  }

  /** Ends all waits with an error, gives up the device and all its memory but the buffers. */
  async close(cause: DeviceError): Promise<void> {
    this.#closed = true;
    this.#queue.fail(cause);
    this.#waits.break(cause);
    this.#staging.dispose();
    this.#ring.dispose();
    this.#device.destroy();
    if (this.#workspace) this.free(this.#workspace.id);
    await this.#queue.settled();
  }

  async #finished(): Promise<void> {
    await this.#queue.settled();
    await this.#device.queue.onSubmittedWorkDone();
    await this.#clock.settled();
  }

  /** Loss, and errors of validation that no scope around a call has caught. */
  #listen(): void {
    void this.#device.lost.then(({ reason, message }) => {
      if (this.#closed) return;
      const lost = new DeviceLostError(
        `webgpu: the device was lost (${reason}: ${message.trim() || 'no reason was given'}); its memory is gone: ` +
          'recover() opens it again, and puts parameters back where host copies are kept',
      );
      this.#queue.fail(lost);
      this.#waits.break(lost);
    });
    this.#device.onuncapturederror = ({ error }) => {
      const kernels = this.#pipelines.mentionedIn(error.message);
      this.#queue.fail(
        error.constructor.name === 'GPUOutOfMemoryError'
          ? new OutOfMemoryError(`webgpu: the device has no memory left: ${error.message}`)
          : new TenfoldError(`internal: WebGPU refused what it was given: ${error.message}\n${kernels}`),
      );
    };
  }

  #prepare(batch: readonly Dispatch[]): PreparedBatch {
    const known = this.#prepared.get(batch);
    // One that uses workspaces is made ready again when they have moved.
    if (known && (known.workspace === undefined || known.workspace === this.#workspace?.id)) return known;
    const prepared = new PreparedBatch(batch, {
      device: this.#device,
      target: this.open.target,
      pipelines: this.#pipelines,
      milliseconds: this.#options.dispatchMilliseconds,
      buffer: (id) => this.#buffers.get(id).buffer,
      workspace: (bytes) => this.#workspaceOf(bytes),
    });
    this.#prepared.set(batch, prepared);
    return prepared;
  }

  #run(prepared: PreparedBatch, table: Uint32Array<ArrayBuffer>): void {
    const rows = { ring: this.#ring, start: prepared.writeRows(this.#ring, table) };
    for (const buffer of encode(this.#device, prepared.dispatches, rows)) this.#device.queue.submit([buffer]);
  }

  #runTimed(prepared: PreparedBatch, table: Uint32Array<ArrayBuffer>, observer: DispatchObserver): void {
    const rows = { ring: this.#ring, start: prepared.writeRows(this.#ring, table) };
    this.#clock.submit(prepared.dispatches, observer, (stamps) =>
      encode(this.#device, prepared.dispatches, rows, stamps),
    );
  }

  /** Without timestamps each dispatch is waited for by itself, and its time includes the way to the device and back. */
  #runOneByOne(
    prepared: PreparedBatch,
    table: Uint32Array<ArrayBuffer>,
    observer: DispatchObserver,
    landed: () => void,
  ): void {
    this.#saySlow();
    let start = 0;
    this.#do(() => (start = prepared.writeRows(this.#ring, table)), () => undefined, () => prepared.ready()); // prettier-ignore
    for (const one of prepared.dispatches) {
      let begin = 0;
      const run = () => {
        begin = performance.now();
        for (const buffer of encode(this.#device, [one], { ring: this.#ring, start })) {
          this.#device.queue.submit([buffer]);
        }
      };
      const finished = () =>
        this.#waits.for(
          this.#device.queue.onSubmittedWorkDone(),
          () => `kernel '${one.dispatch.program.kernel.name}'`,
        );
      this.#queue.add(run);
      this.#queue.add(() => observer(one.dispatch, begin, performance.now()), finished);
    }
    this.#queue.add(landed);
  }

  #saySlow(): void {
    if (this.#saidSlow) return;
    this.#saidSlow = true;
    // oxlint-disable-next-line no-console -- figures that mean something else than usual
    console.warn(
      'Tenfold: this WebGPU device has no timestamps (timestamp-query): each kernel is run and waited for by itself, ' +
        'and its time includes the way to the device and back.',
    );
  }

  #writeNow(buffer: GPUBuffer, data: Uint8Array, offset: number): void {
    const end = offset + data.byteLength;
    const [from, to] = [Math.ceil(offset / 4) * 4, Math.floor(end / 4) * 4];
    if (from > to) return this.#patcher.write(buffer, to, offset - to, data);
    if (from > offset)
      this.#patcher.write(buffer, from - 4, offset - (from - 4), data.subarray(0, from - offset));
    if (to > from) this.#device.queue.writeBuffer(buffer, from, data, from - offset, to - from);
    if (end > to) this.#patcher.write(buffer, to, 0, data.subarray(to - offset));
  }

  #workspaceOf(bytes: number): BufferId {
    if (this.#workspace && this.#workspace.bytes >= bytes) return this.#workspace.id;
    if (this.#workspace) this.free(this.#workspace.id);
    this.#workspace = { id: this.#buffers.alloc(bytes), bytes };
    return this.#workspace.id;
  }
}
