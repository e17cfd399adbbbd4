/**
 * How a direct convolution is cut up: bands of output rows, each of which copies the input rows that it reads into a
 * padded place of its own, so that the loops over taps need no test. With a stride, a row is copied as that many rows,
 * one for each remainder of the column, and neighbouring outputs read neighbours again. Pure numbers; no code.
 */

import { WorkspaceParts } from '../memory/workspace-parts.ts';
import type { Window } from './recognise.ts';
import { roundUp } from './sizes.ts';

export interface DirectShape {
  readonly groups: number;
  readonly images: number;
  /** Summed over, of one group. */
  readonly channels: number;
  /** Of one group. */
  readonly filters: number;
  readonly rows: Window;
  readonly columns: Window;
}

export interface DirectPlan extends DirectShape {
  /** Filters, and vectors of neighbouring outputs, whose sums are in registers at once. */
  readonly panelRows: number;
  readonly vectors: number;
  readonly panels: number;
  /** Output rows of a band, bands of an image, and input rows that a band reads. */
  readonly bandRows: number;
  readonly bands: number;
  readonly inputRows: number;
  /** Bytes of a copied row of one remainder, of a row with all its remainders, of a channel. */
  readonly phasePitch: number;
  readonly rowPitch: number;
  readonly channelPitch: number;
  /** Bytes from one row of sums to the next, and from one filter of a panel to the next. */
  readonly sumPitch: number;
  readonly sumPlane: number;
  /** Terms of a sum: taps of all channels. */
  readonly terms: number;
  readonly weightBytes: number;
  readonly workspace: {
    readonly offsets: number;
    readonly image: number;
    readonly sums: number;
    readonly bytes: number;
  };
}

/** Bytes of copied rows that a band aims at, and the most rows of a band. */
const IMAGE_BYTES = 160 * 1024;
const MOST_ROWS = 16;
/** Bands that are worth having for the sake of threads. */
const PARALLEL = 8;

export function planDirect(shape: DirectShape, tileRows: number): DirectPlan {
  const { groups, images, channels, filters, rows, columns } = shape;
  const panels = Math.ceil(filters / tileRows);
  const panelRows = Math.ceil(filters / panels);
  // Of fifteen registers, one holds a weight (one more the product where that is not fused).
  const registers = tileRows >= 6 ? 14 : 13;
  const across = Math.ceil(columns.outputs / 4);
  const most = Math.min(across, Math.floor(registers / (panelRows + 1)));
  const vectors = Math.ceil(across / Math.ceil(across / most));
  const width = roundUp(columns.outputs, 4 * vectors);

  const reach = Math.floor((columns.dilation * (columns.taps - 1)) / columns.stride);
  const phasePitch = 4 * roundUp(width + reach, 4);
  const rowPitch = columns.stride * phasePitch;
  const span = rows.dilation * (rows.taps - 1) + 1;
  const rowsWithin = (bytes: number) => Math.floor(bytes / (channels * rowPitch));
  const fitting = Math.floor((rowsWithin(IMAGE_BYTES) - span) / rows.stride) + 1;
  const wanted = Math.ceil((rows.outputs * groups * images) / PARALLEL);
  const limit = Math.max(1, Math.min(MOST_ROWS, fitting, wanted, rows.outputs));
  const bandRows = Math.ceil(rows.outputs / Math.ceil(rows.outputs / limit));
  const inputRows = (bandRows - 1) * rows.stride + span;
  const channelPitch = inputRows * rowPitch;
  const sumPitch = 4 * width;
  const sumPlane = bandRows * sumPitch;
  const terms = channels * rows.taps * columns.taps;

  const parts = new WorkspaceParts();
  return {
    ...shape,
    panelRows,
    vectors,
    panels,
    bandRows,
    bands: Math.ceil(rows.outputs / bandRows),
    inputRows,
    phasePitch,
    rowPitch,
    channelPitch,
    sumPitch,
    sumPlane,
    terms,
    weightBytes: 4 * groups * panels * panelRows * terms,
    workspace: {
      offsets: parts.take(4 * terms),
      image: parts.take(channels * channelPitch),
      sums: parts.take(panelRows * sumPlane),
      bytes: parts.bytes,
    },
  };
}
