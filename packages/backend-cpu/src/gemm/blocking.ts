/**
 * Sizes of the blocks that a product is cut into, so that a panel of b stays in the first cache, a block of a
 * in the second, and a block of b in the third (Goto and van de Geijn, "Anatomy of High-Performance Matrix
 * Multiplication", 2008).
 */

import { greatestCount } from './axes.ts';
import type { LaneType } from './lane-type.ts';
import type { GemmSpec } from './spec.ts';
import { tileRows, tileVectors } from './tile-kernel.ts';

export interface Blocking {
  /** Rows and columns of a tile. */
  readonly rows: number;
  readonly columns: number;
  /** Rows of a block of a: a multiple of `rows`. */
  readonly rowBlock: number;
  /** Columns of a block of b: a multiple of `columns`. */
  readonly columnBlock: number;
  /** Steps of k in a block. */
  readonly kBlock: number;
  /** Rows whose partial sums are kept between blocks of k: a multiple of `rowBlock`. */
  readonly partialRows: number;
  /** k takes more than one block. */
  readonly manyBlocks: boolean;
  /** All rows fit one block of a: a panel of b is packed right before its only use. */
  readonly packOnUse: boolean;
}

/** In elements of four bytes; halved for float64. */
const K_BLOCK = 256;
const ROW_BLOCK = 192;
const COLUMN_BLOCK = 2048;
const PARTIAL_COLUMNS = 1024;
const PARTIAL_ROWS = 960;

export function chooseBlocking(
  rowCount: number,
  columnCount: number,
  spec: Pick<GemmSpec, 'k' | 'relaxed' | 'paired'>,
  type: LaneType,
): Blocking {
  const kCount = greatestCount(spec.k);
  const rows = balancedTile(rowCount, tileRows(spec.relaxed));
  const columns = tileVectors(spec.paired) * type.lanes;

  const kBlock = evenPart(kCount, (K_BLOCK * 4) / type.bytes, type.lanes);
  const manyBlocks = kCount > kBlock;
  const rowBlock = evenPart(rowCount, ROW_BLOCK, rows);
  const columnLimit = manyBlocks ? PARTIAL_COLUMNS : COLUMN_BLOCK;
  return {
    rows,
    columns,
    rowBlock,
    columnBlock: evenPart(columnCount, (columnLimit * 4) / type.bytes, columns),
    kBlock,
    partialRows: manyBlocks ? rowBlock * Math.max(1, Math.floor(PARTIAL_ROWS / rowBlock)) : rowBlock,
    manyBlocks,
    packOnUse: rowCount <= rowBlock,
  };
}

/** Few rows are spread evenly over tiles: 8 are 4 + 4, not 6 + 2. */
export function balancedTile(count: number, limit: number): number {
  return count > 2 * limit ? limit : Math.max(1, Math.ceil(count / Math.ceil(count / limit)));
}

/** Cuts `count` into equal parts of at most `limit`, each a multiple of `unit`. */
function evenPart(count: number, limit: number, unit: number): number {
  const atMost = Math.max(unit, Math.floor(limit / unit) * unit);
  const parts = Math.max(1, Math.ceil(count / atMost));
  return Math.min(atMost, Math.max(unit, Math.ceil(count / parts / unit) * unit));
}

/** Stands for the number of threads, so that the split does not depend on it. */
const EVEN = 4;

/** Work is split along the longer side, because each thread packs the other; or along columns where that is more even. */
export function splitsRows(
  rowCount: number,
  columnCount: number,
  { rows, columns }: Pick<Blocking, 'rows' | 'columns'>,
): boolean {
  const unevenness = (units: number): number => (Math.ceil(units / EVEN) * EVEN) / units;
  if (rowCount < columnCount) return false;
  const [byRows, byColumns] = [Math.ceil(rowCount / rows), Math.ceil(columnCount / columns)].map(unevenness);
  return rowCount > 2 * columnCount || byRows <= byColumns * 1.05;
}
