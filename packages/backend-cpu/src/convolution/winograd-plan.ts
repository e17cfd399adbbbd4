/**
 * How a Winograd convolution is cut up: rows of tiles into blocks whose transforms stay in the second cache, filters
 * into panels and blocks, and where everything stands in a thread's workspace. Pure numbers; no code.
 */

import { WorkspaceParts } from '../memory/workspace-parts.ts';
import type { Convolution } from './recognise.ts';
import { count, roundUp } from './sizes.ts';

/** The extents that matter to the plan. */
export interface WinogradShape {
  readonly groups: number;
  readonly images: number;
  readonly channels: number;
  readonly filters: number;
  /** Of the output. */
  readonly height: number;
  readonly width: number;
  /** Of the input. */
  readonly inputWidth: number;
}

export interface WinogradPlan extends WinogradShape {
  /** Outputs of a tile along one dimension, and its inputs. */
  readonly outputs: number;
  readonly inputs: number;
  /** Tiles along and across an image, and the rows of tiles of all images of a group. */
  readonly tilesAcross: number;
  readonly tilesDown: number;
  readonly tileRows: number;
  /** Tiles of a row are cut into segments of `segment` tiles; a block is `blockRows` segments below one another. */
  readonly segments: number;
  readonly segment: number;
  readonly blockRows: number;
  /** Blocks of a group, and parts of the filters that are computed apart where there are few blocks. */
  readonly blocks: number;
  readonly filterParts: number;
  /** Rows of the GEMM's tile, panels of that many filters, and how many of them go through memory at once. */
  readonly panelRows: number;
  readonly tileColumns: number;
  readonly panels: number;
  readonly panelsAtOnce: number;
  /** Columns of the GEMM's tile in a block. */
  readonly columnPanels: number;
  /** Bytes from one channel (or filter) of transformed tiles to the next, and between the n² planes of each. */
  readonly pitch: number;
  readonly inputPlane: number;
  readonly outputPlane: number;
  /** Bytes of transformed weights: of one plane, of one group, of all. */
  readonly weightPlane: number;
  readonly weightGroup: number;
  readonly weightBytes: number;
  /** Bytes of a row of the band that the input's vertical transform leaves, and its vectors. */
  readonly bandVectors: number;
  readonly bandPitch: number;
  /** Bytes of a row of outputs before the epilogue. */
  readonly rowPitch: number;
  readonly workspace: {
    readonly zeros: number;
    readonly band: number;
    readonly rows: number;
    readonly inputs: number;
    readonly outputs: number;
    readonly bytes: number;
  };
}

/** Rows and columns of the GEMM's tile. */
export interface TileSize {
  readonly tileRows: number;
  readonly tileColumns: number;
}

const INPUT_BYTES = 256 * 1024;
const OUTPUT_BYTES = 256 * 1024;
/** Blocks that are worth having for the sake of threads. */
const PARALLEL = 4;

export function winogradShape(convolution: Convolution): WinogradShape {
  const { rows, columns } = convolution;
  return {
    groups: count(convolution.groups),
    images: count(convolution.images),
    channels: count(convolution.channels),
    filters: count(convolution.filters),
    height: rows.outputs,
    width: columns.outputs,
    inputWidth: columns.extent,
  };
}

export function planWinograd(
  shape: WinogradShape,
  outputs: number,
  { tileRows: panelRows, tileColumns }: TileSize,
): WinogradPlan {
  const { groups, images, channels, filters, height, width } = shape;
  const inputs = outputs + 2;
  const positions = inputs * inputs;
  const tilesAcross = Math.ceil(width / outputs);
  const tilesDown = Math.ceil(height / outputs);
  const tileRows = images * tilesDown;

  const most = Math.max(tileColumns, Math.floor(INPUT_BYTES / (positions * channels * 4)));
  const segments = Math.ceil(tilesAcross / most);
  const segment = segments === 1 ? tilesAcross : roundUp(Math.ceil(tilesAcross / segments), tileColumns);
  const blockRows = segments === 1 ? chooseBlockRows(segment, tileRows, most, tileColumns) : 1;
  const blocks = Math.ceil(tileRows / blockRows) * Math.ceil(tilesAcross / segment);

  const columnPanels = Math.ceil((blockRows * segment) / tileColumns);
  // Tiles go four at a time, and the last of a row reach beyond it.
  const reach = (blockRows - 1) * segment + roundUp(segment, 4);
  const columns = Math.max(columnPanels * tileColumns, reach);
  const pitch = columns * 4;

  const panels = Math.ceil(filters / panelRows);
  const filterParts = Math.min(panels, Math.ceil(PARALLEL / (groups * blocks)));
  const limit = Math.max(1, Math.floor(OUTPUT_BYTES / (positions * panelRows * pitch)));
  const panelsOfPart = Math.ceil(panels / filterParts);
  const panelsAtOnce = Math.ceil(panelsOfPart / Math.ceil(panelsOfPart / limit));

  // Planes whose distance is a multiple of 4 KiB would share the sets of the first cache.
  const inputPlane = channels * pitch + CACHE_LINE;
  const outputPlane = panelsAtOnce * panelRows * pitch + CACHE_LINE;
  const weightPlane = panels * panelRows * channels * 4 + CACHE_LINE;
  const bandVectors = Math.ceil((segment * outputs + 2) / 4);
  const groupsAcross = Math.ceil(segment / 4);
  const bandPitch = 16 * Math.max(bandVectors, groupsAcross * outputs + 1);
  const rowPitch = groupsAcross * outputs * 16;

  const parts = new WorkspaceParts();
  return {
    ...shape,
    outputs,
    inputs,
    tilesAcross,
    tilesDown,
    tileRows,
    segments: Math.ceil(tilesAcross / segment),
    segment,
    blockRows,
    blocks,
    filterParts,
    panelRows,
    tileColumns,
    panels,
    panelsAtOnce,
    columnPanels,
    pitch,
    inputPlane,
    outputPlane,
    weightPlane,
    weightGroup: positions * weightPlane,
    weightBytes: groups * positions * weightPlane,
    bandVectors,
    bandPitch,
    rowPitch,
    workspace: {
      zeros: parts.take(shape.inputWidth * 4),
      band: parts.take(inputs * bandPitch),
      rows: parts.take(outputs * rowPitch),
      inputs: parts.take(positions * inputPlane),
      outputs: parts.take(positions * outputPlane),
      bytes: parts.bytes,
    },
  };
}

const CACHE_LINE = 64;

/** As many rows of tiles as fill whole columns of the GEMM's tile and leave blocks for several threads. */
function chooseBlockRows(segment: number, tileRows: number, most: number, tileColumns: number): number {
  let best = { rows: 1, score: 0 };
  for (let rows = 1; rows <= Math.min(tileRows, Math.max(1, Math.floor(most / segment))); rows++) {
    const tiles = rows * segment;
    const blocks = Math.ceil(tileRows / rows);
    const filled = tiles / roundUp(tiles, tileColumns);
    const shared = blocks / roundUp(blocks, PARALLEL);
    const used = tileRows / (blocks * rows);
    const score = filled * shared * used;
    if (score >= best.score) best = { rows, score };
  }
  return best.rows;
}
