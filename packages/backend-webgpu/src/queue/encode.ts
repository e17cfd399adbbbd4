/**
 * Recording prepared dispatches into command buffers: one, with one pass, unless copies come between, each dispatch is
 * timed, or the whole would take longer than a watchdog may stand.
 */

import { unreachable } from '@tenfold/ir';
import type { LaunchRing } from '../memory/launch-ring.ts';
import type { Command, PreparedDispatch } from './prepared-batch.ts';

/** Timestamps of the passes of each dispatch, by its number. */
export interface Stamps {
  /** Of a pass that is the first or the last one of a dispatch; those between need none. */
  writes(dispatch: number, first: boolean, last: boolean): GPUComputePassTimestampWrites | undefined;
  resolve(encoder: GPUCommandEncoder): void;
}

export interface Rows {
  readonly ring: LaunchRing;
  /** Byte of the ring at which the batch's table begins. */
  readonly start: number;
}

/** Longer command buffers than this are cut, in milliseconds. */
const MOST_MILLISECONDS = 1000;

export function encode(
  device: GPUDevice,
  dispatches: readonly PreparedDispatch[],
  rows: Rows,
  stamps?: Stamps,
): GPUCommandBuffer[] {
  const recorder = new Recorder(device, rows, stamps);
  dispatches.forEach(({ commands }, d) => {
    const timed = stamps ? commands.filter(({ kind }) => kind === 'dispatch') : [];
    for (const command of commands) {
      const [first, last] = [command === timed[0], command === timed.at(-1)];
      recorder.add(command, stamps?.writes(d, first, last));
    }
  });
  return recorder.finish();
}

class Recorder {
  readonly #device: GPUDevice;
  readonly #rows: Rows;
  readonly #stamps: Stamps | undefined;
  readonly #done: GPUCommandBuffer[] = [];
  #encoder: GPUCommandEncoder;
  #pass: GPUComputePassEncoder | undefined;
  #milliseconds = 0;

  constructor(device: GPUDevice, rows: Rows, stamps: Stamps | undefined) {
    this.#device = device;
    this.#rows = rows;
    this.#stamps = stamps;
    this.#encoder = device.createCommandEncoder();
  }

  add(command: Command, timestampWrites: GPUComputePassTimestampWrites | undefined): void {
    if (command.kind === 'copy') {
      this.#endPass();
      const { source, sourceOffset, target, targetOffset, bytes } = command;
      this.#encoder.copyBufferToBuffer(source, sourceOffset, target, targetOffset, bytes);
      return;
    }
    const { pipeline, slabs, rowBytes, rowsAt, grid, milliseconds } = command;
    if (this.#milliseconds > 0 && this.#milliseconds + milliseconds > MOST_MILLISECONDS) this.#cut();
    this.#milliseconds += milliseconds;
    if (this.#stamps) this.#endPass();
    this.#pass ??= this.#encoder.beginComputePass(timestampWrites && { timestampWrites });
    const { ring, start } = this.#rows;
    this.#pass.setPipeline(pipeline.compiled ?? unreachable('a pipeline was used before it was compiled'));
    this.#pass.setBindGroup(0, slabs);
    this.#pass.setBindGroup(1, ring.group(rowBytes), [start + rowsAt]);
    this.#pass.dispatchWorkgroups(...grid);
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = undefined;
  }

  finish(): GPUCommandBuffer[] {
    this.#endPass();
    this.#stamps?.resolve(this.#encoder);
    this.#done.push(this.#encoder.finish());
    return this.#done;
  }

  #cut(): void {
    this.#endPass();
    this.#done.push(this.#encoder.finish());
    this.#encoder = this.#device.createCommandEncoder();
    this.#milliseconds = 0;
  }
}
