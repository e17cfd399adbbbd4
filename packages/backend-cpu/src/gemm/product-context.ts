/**
 * What the ways to compute a product share: which of m and n runs along the rows of tiles, how results leave,
 * and what a way gives back.
 */

import type { FunctionRef } from '../wasm/index.ts';
import type { LaneType } from './lane-type.ts';
import type { EmitPacker } from './packer.ts';
import type { Extent, GemmSpec, Source } from './spec.ts';
import type { FinishTile, OutputLayout } from './tile-store.ts';

/** The operands by their place in a tile: vectors lie along columns. */
export interface Sides {
  readonly rowsAre: 'm' | 'n';
  readonly rowExtents: readonly Extent[];
  readonly rowSource: Source;
  readonly columnExtents: readonly Extent[];
  readonly columnSource: Source;
}

export function sidesOf(spec: GemmSpec, rowsAre: 'm' | 'n'): Sides {
  const m = [spec.m, spec.a] as const;
  const n = [spec.n, spec.b] as const;
  const [[rowExtents, rowSource], [columnExtents, columnSource]] = rowsAre === 'm' ? [m, n] : [n, m];
  return { rowsAre, rowExtents, rowSource, columnExtents, columnSource };
}

export interface ProductContext {
  readonly spec: GemmSpec;
  readonly sides: Sides;
  readonly type: LaneType;
  readonly layout: OutputLayout;
  readonly finish: FinishTile;
  /** Packs operands that are no matrices. */
  readonly tabled: EmitPacker | undefined;
}

/** (args, batch, first row, end row, first column, end column). */
export type Rectangle = FunctionRef<readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], 'void'>;

/** One way to compute the product: a function for rectangles of one batch, and how to cut the whole. */
export interface Product {
  readonly rectangle: Rectangle;
  /** Units of work are `unitSize` rows, or columns; or steps of k, then `rectangle` takes those for its columns. */
  readonly splits: 'rows' | 'columns' | 'k';
  readonly unitSize: number;
  /** Each task should be as large as can be: it packs operands, or is small anyway. */
  readonly coarse: boolean;
  readonly workspaceBytes: number;
  /** What makes results of the parts of k, and the memory for them. */
  readonly second?: Product;
  readonly scratchBytes?: number;
}
