/** Where `assign` finds the writing through views, which pages that count bytes do without, and what it shares with it. */

import type { Device, Storage } from '@tenfold/ir';
import type { Tensor } from './tensor.ts';

/** Writes through a view of a leaf; false for a view of a computed value, which becomes a leaf of its own. */
export type ViewWriter = (view: Tensor, value: Tensor) => boolean;

let writer: ViewWriter | undefined;

export function setViewWriter(value: ViewWriter): void {
  writer = value;
}

export function viewWriter(): ViewWriter | undefined {
  return writer;
}

/** What is written lasts as long as its handle, and clones of it are snapshots. */
export function makeVariable(device: Device, storage: Storage): void {
  device.own(storage);
  storage.role = 'variable';
}
