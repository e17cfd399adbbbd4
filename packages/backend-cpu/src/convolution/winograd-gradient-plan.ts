/**
 * How the gradient of 3x3 weights by Winograd's filtering is cut up. The sum over all tiles is cut into parts, whose
 * sums are kept apart and added at the end; each part is computed for blocks of filters against blocks of channels.
 * Nothing depends on the number of threads, so neither do results. Pure numbers; no code.
 */

import { WorkspaceParts } from '../memory/workspace-parts.ts';
import type { TileSize, WinogradShape } from './winograd-plan.ts';
import { roundUp } from './sizes.ts';

/**
 * The shape of a plan is that of the convolution whose weights are learned: images are summed over, `height` and `width` are
 * those of the outputs' gradient.
 */
export interface GradientPlan extends WinogradShape {
  /** Outputs of a tile along one dimension, and its inputs. */
  readonly outputs: number;
  readonly inputs: number;
  readonly tilesDown: number;
  readonly tileRows: number;
  /** Rows and columns of the GEMM's tile. */
  readonly panelRows: number;
  readonly tileColumns: number;
  /** Tiles of a row are cut into segments; a block of tiles is `blockRows` segments below one another. */
  readonly tilesAcross: number;
  readonly segments: number;
  readonly segment: number;
  readonly blockRows: number;
  /** All segments, and how many of them are in one part. */
  readonly strips: number;
  readonly parts: number;
  readonly partStrips: number;
  readonly filterBlock: number;
  readonly filterBlocks: number;
  readonly channelBlock: number;
  readonly channelBlocks: number;
  /** Bytes from one tile to the next of transformed gradients and inputs, and between the n² planes of each. */
  readonly gradientPitch: number;
  readonly gradientPlane: number;
  readonly inputPitch: number;
  readonly inputPlane: number;
  /** Bytes from one filter to the next of the products, and between their planes. */
  readonly productPitch: number;
  readonly productPlane: number;
  /** Bytes of a row of the band, and of the band of one channel. */
  readonly bandPitch: number;
  readonly bandBytes: number;
  /** Bytes of the sums of one part. */
  readonly partBytes: number;
  readonly workspace: {
    readonly zeros: number;
    readonly bands: number;
    readonly columns: number;
    readonly gradients: number;
    readonly inputs: number;
    readonly products: number;
    readonly bytes: number;
  };
}

/** Channels and filters whose products are summed at once; the sums stay in the second cache. */
const BLOCK = 64;
/** Bytes of transformed tiles. */
const TILE_BYTES = 320 * 1024;
/** Parts and blocks that are worth having for the sake of threads, and tiles that a part should have. */
const PARALLEL = 8;
const PART_TILES = 48;

export function planGradient(shape: WinogradShape, outputs: number, tile: TileSize): GradientPlan {
  const { groups, images, channels, filters, height, width } = shape;
  const inputs = outputs + 2;
  const positions = inputs * inputs;
  const tilesAcross = Math.ceil(width / outputs);
  const tilesDown = Math.ceil(height / outputs);
  const tileRows = images * tilesDown;

  const filterBlocks = Math.ceil(filters / BLOCK);
  const channelBlocks = Math.ceil(channels / BLOCK);
  const filterBlock = roundUp(Math.ceil(filters / filterBlocks), tile.tileRows);
  const channelBlock = roundUp(Math.ceil(channels / channelBlocks), tile.tileColumns);
  // Four channels are transformed at once, so there is room for whole fours.
  const gradientPitch = 4 * roundUp(filterBlock, 4);
  const inputPitch = 4 * channelBlock;
  const most = Math.max(4, Math.floor(TILE_BYTES / (positions * (gradientPitch + inputPitch))));
  const segments = Math.ceil(tilesAcross / most);
  const segment = Math.ceil(tilesAcross / segments);
  const blockRows = Math.max(1, Math.min(tileRows, Math.floor(most / segment)));
  const tiles = blockRows * segment;

  const strips = tileRows * segments;
  const blocks = groups * filterBlocks * channelBlocks;
  const wanted = Math.min(Math.ceil(PARALLEL / blocks), Math.ceil((tileRows * tilesAcross) / PART_TILES));
  const partStrips = Math.ceil(strips / wanted);

  const bandPitch = 16 * Math.ceil((segment * outputs + 2) / 4);
  const bandBytes = inputs * bandPitch;
  const gradientPlane = tiles * gradientPitch + 64;
  const inputPlane = tiles * inputPitch + 64;
  const productPitch = 4 * channelBlock;
  const productPlane = filterBlock * productPitch + 64;

  const parts = new WorkspaceParts();
  return {
    ...shape,
    outputs,
    inputs,
    tilesDown,
    tileRows,
    panelRows: tile.tileRows,
    tileColumns: tile.tileColumns,
    tilesAcross,
    segments,
    segment,
    blockRows,
    strips,
    parts: Math.ceil(strips / partStrips),
    partStrips,
    filterBlock,
    filterBlocks,
    channelBlock,
    channelBlocks,
    gradientPitch,
    gradientPlane,
    inputPitch,
    inputPlane,
    productPitch,
    productPlane,
    bandPitch,
    bandBytes,
    partBytes: 4 * groups * filters * channels * 9,
    workspace: {
      zeros: parts.take(4 * Math.max(shape.inputWidth, width)),
      bands: parts.take(4 * bandBytes),
      columns: parts.take(4 * bandPitch),
      gradients: parts.take(positions * gradientPlane),
      inputs: parts.take(positions * inputPlane),
      products: parts.take(positions * productPlane),
      bytes: parts.bytes,
    },
  };
}
