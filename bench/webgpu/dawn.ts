/**
 * Dawn as a browser's WebGPU: what libraries made for browsers look for is put where they look, and the device that one of
 * them opens is remembered, so that all are waited for in the same way.
 */

import { create, globals } from 'webgpu';

/** Dawn crashes the process when its instance is collected. */
const KEPT = Symbol.for('tenfold.bench.dawn');

export interface Dawn {
  readonly gpu: GPU;
  /** The device that was opened last, and its adapter. */
  opened(): { readonly adapter: GPUAdapter; readonly device: GPUDevice };
  /** Resolves when everything submitted to that device is done. */
  wait(): Promise<void>;
  /** The first error that the device reported since this was last asked: a library may not have noticed. */
  complaint(): string | undefined;
}

export function startDawn(options: readonly string[]): Dawn {
  const gpu = create([...options]);
  Object.assign(globalThis, globals, { [KEPT]: gpu });
  const navigator = { gpu, userAgent: 'Node', hardwareConcurrency: 1, platform: process.platform };
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
  let last: ReturnType<Dawn['opened']> | undefined;
  let complaint: string | undefined;
  const prototype = GPUAdapter.prototype;
  const requestDevice = Reflect.get(prototype, 'requestDevice');
  prototype.requestDevice = async function (descriptor) {
    const device = await requestDevice.call(this, descriptor);
    last = { adapter: this, device };
    device.addEventListener('uncapturederror', ({ error }) => {
      complaint ??= error.message.split('\n', 1)[0];
    });
    return device;
  };
  const opened = () => {
    if (!last) throw new Error('the library opened no device on WebGPU');
    return last;
  };
  return {
    gpu,
    opened,
    wait: async () => void (await opened().device.queue.onSubmittedWorkDone()),
    complaint: () => {
      const heard = complaint;
      complaint = undefined;
      return heard;
    },
  };
}

/** What an adapter is called; drivers say it in one of these. */
export function nameOf({ vendor, architecture, device, description }: GPUAdapterInfo): string {
  return [device, description, vendor, architecture].filter(Boolean).join(', ') || 'unnamed adapter';
}
