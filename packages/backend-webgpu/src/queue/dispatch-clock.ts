/**
 * When dispatches ran, by the device's own clock: timestamps around the passes of each, read back, and told in
 * milliseconds of `performance.now()`. The two clocks have nothing in common but that a batch begins after it was
 * submitted and ends before it is known to have ended; between those, the earliest is taken.
 *
 * Browsers round timestamps (to 100 µs in Chromium), so short dispatches may seem to take no time.
 */

import type { DispatchObserver } from '@tenfold/ir';
import { USAGE } from '../device/usage.ts';
import type { Staging } from '../memory/staging.ts';
import type { Stamps } from './encode.ts';
import type { PreparedDispatch } from './prepared-batch.ts';

/** Queries of one set at most. https://www.w3.org/TR/webgpu/#dom-gpudevice-createqueryset */
const MOST_QUERIES = 4096;
const BYTES = 8;

export class DispatchClock {
  readonly #device: GPUDevice;
  readonly #staging: Staging;
  /** What to add to the device's milliseconds. */
  #offset = -Infinity;
  #lastEnd = -Infinity;
  #told: Promise<void> = Promise.resolve();

  constructor(device: GPUDevice, staging: Staging) {
    this.#device = device;
    this.#staging = staging;
  }

  /** Resolves when all is told that was submitted; a failure of the device is not told here. */
  settled(): Promise<void> {
    return this.#told;
  }

  /** Submits what `encode` makes with stamps, and tells the observer later. */
  submit(
    dispatches: readonly PreparedDispatch[],
    observer: DispatchObserver,
    encode: (stamps: Stamps) => readonly GPUCommandBuffer[],
  ): void {
    const stamps = new QueryStamps(this.#device, dispatches.length);
    const buffers = encode(stamps);
    const submitted = performance.now();
    for (const buffer of buffers) this.#device.queue.submit([buffer]);
    const ticks = this.#staging.read(stamps.resolved, 0, stamps.bytes).finally(() => stamps.destroy());
    const before = this.#told;
    const told = ticks.then(async (bytes) => {
      const read = performance.now();
      await before;
      this.#tell(dispatches, observer, new BigUint64Array(bytes.buffer), submitted, read);
    });
    this.#told = told.catch(() => before);
  }

  #tell(
    dispatches: readonly PreparedDispatch[],
    observer: DispatchObserver,
    ticks: BigUint64Array,
    submitted: number,
    read: number,
  ): void {
    const times = Array.from(ticks, (tick) => Number(tick) / 1e6);
    const ran = times.filter((time) => time > 0);
    const [first, last] = [Math.min(...ran), Math.max(...ran)];
    if (ran.length > 0) {
      this.#offset = Math.max(submitted - first, Math.min(this.#offset, read - last));
    }
    dispatches.forEach(({ dispatch, commands }, d) => {
      const ran = commands.some(({ kind }) => kind === 'dispatch');
      const at = (time: number) => Math.min(Math.max(time + this.#offset, this.#lastEnd, submitted), read);
      const begin = ran ? at(times[2 * d]) : Math.max(this.#lastEnd, submitted);
      const end = ran ? Math.max(begin, at(times[2 * d + 1])) : begin;
      this.#lastEnd = end;
      observer(dispatch, begin, end);
    });
  }
}

/** Two queries a dispatch. */
class QueryStamps implements Stamps {
  readonly bytes: number;
  readonly resolved: GPUBuffer;
  readonly #sets: readonly GPUQuerySet[];

  constructor(device: GPUDevice, dispatches: number) {
    const queries = 2 * dispatches;
    this.bytes = queries * BYTES;
    this.resolved = device.createBuffer({ size: this.bytes, usage: USAGE.queryResolve | USAGE.copySource });
    this.#sets = Array.from({ length: Math.ceil(queries / MOST_QUERIES) }, (_, s) =>
      device.createQuerySet({ type: 'timestamp', count: Math.min(MOST_QUERIES, queries - s * MOST_QUERIES) }),
    );
  }

  writes(dispatch: number, first: boolean, last: boolean): GPUComputePassTimestampWrites | undefined {
    if (!first && !last) return undefined;
    const query = (2 * dispatch) % MOST_QUERIES;
    return {
      querySet: this.#sets[Math.floor((2 * dispatch) / MOST_QUERIES)],
      ...(first && { beginningOfPassWriteIndex: query }),
      ...(last && { endOfPassWriteIndex: query + 1 }),
    };
  }

  resolve(encoder: GPUCommandEncoder): void {
    this.#sets.forEach((set, s) =>
      encoder.resolveQuerySet(set, 0, set.count, this.resolved, s * MOST_QUERIES * BYTES),
    );
  }

  destroy(): void {
    for (const set of this.#sets) set.destroy();
    this.resolved.destroy();
  }
}
