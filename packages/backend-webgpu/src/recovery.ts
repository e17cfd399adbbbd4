/**
 * What outlives the loss of a device: copies of all variables on the host, taken now and then behind a run, and the way
 * back from them. A copy counts when it is complete; a device that goes while one is made leaves the one before.
 */

import type { BufferId, Storage } from '@tenfold/ir';
import { getDevice } from '@tenfold/ir';
import type { WebGpuBackend } from './backend.ts';

const DEVICE = 'webgpu';
/** Copies on their way; a loop that is faster than they are goes without some. */
const AT_ONCE = 4;

export interface Recovery {
  /** Variables put back from a host copy. */
  readonly restored: number;
  /** Variables and results of which there was none. */
  readonly lost: number;
  /** Runs since the copy was taken; undefined without one. */
  readonly runsAgo: number | undefined;
}

interface Copy {
  readonly bytes: WeakMap<Storage, Uint8Array>;
  readonly submission: number;
}

export class HostCopies {
  readonly #backend: WebGpuBackend;
  #latest: Copy | undefined;
  #copying = 0;

  constructor(backend: WebGpuBackend, every: number) {
    this.#backend = backend;
    backend.onSubmit = () => {
      if (this.#copying >= AT_ONCE || backend.counters.submissions % every !== 0) return;
      this.#copying++;
      void this.#take().finally(() => this.#copying--);
    };
  }

  /** The last copy that is complete. */
  get latest(): Copy | undefined {
    return this.#latest;
  }

  /** All reads are asked for at once, so that no later run comes between them. */
  async #take(): Promise<void> {
    const submission = this.#backend.counters.submissions;
    const variables = getDevice(DEVICE).owned.filter(({ role }) => role === 'variable');
    const spans = spansOf(variables);
    const reads = [...spans].map(async ([buffer, { start, end }]) => {
      const bytes = await this.#backend.copyOut(buffer, start, end - start);
      return [buffer, { start, bytes }] as const;
    });
    const places = variables.map((storage) => ({ storage, at: storage.device, size: storage.bytes }));
    // A device that fails says so at the next await.
    const slabs = await Promise.all(reads).catch(() => undefined);
    if (!slabs) return;
    const read = new Map(slabs);
    const bytes = new WeakMap<Storage, Uint8Array>();
    for (const { storage, at, size } of places) {
      const slab = at && read.get(at.buffer);
      if (slab)
        bytes.set(storage, slab.bytes.subarray(at.offset - slab.start, at.offset - slab.start + size));
    }
    this.#latest = { bytes, submission };
  }
}

/** Opens a backend's device again and puts back what there are copies of. */
export async function recoverDevice(
  backend: WebGpuBackend,
  copies: HostCopies | undefined,
): Promise<Recovery> {
  await backend.reopen();
  const device = getDevice(DEVICE);
  const copy = copies?.latest;
  let [restored, lost] = [0, 0];
  for (const storage of device.keeper.lent) {
    // What the host has too is uploaded again.
    if (storage.host) device.keeper.release(storage);
    else {
      device.keeper.forget(storage);
      device.free(storage, 'was lost with its device');
    }
  }
  for (const storage of device.owned) {
    const bytes = copy?.bytes.get(storage);
    if (bytes && storage.device) {
      backend.write(storage.device.buffer, bytes, storage.device.offset);
      storage.version++;
      restored++;
    } else if (storage.device) {
      device.free(storage, 'was lost with its device, and there is no host copy of it');
      lost++;
    }
  }
  return { restored, lost, runsAgo: copy && backend.counters.submissions - copy.submission };
}

/** What of each buffer is in use by storages. */
function spansOf(storages: readonly Storage[]): Map<BufferId, { start: number; end: number }> {
  const spans = new Map<BufferId, { start: number; end: number }>();
  for (const { device, bytes } of storages) {
    if (!device) continue;
    const { buffer, offset } = device;
    const span = spans.get(buffer) ?? { start: offset, end: offset };
    span.start = Math.min(span.start, offset);
    span.end = Math.max(span.end, offset + bytes);
    spans.set(buffer, span);
  }
  return spans;
}
