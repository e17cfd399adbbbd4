/** What the shaders of products share: which way a factor lies in memory, and which results and part of k a workgroup has. */

import type { AxisId, ContractKernel } from '@tenfold/ir';
import type { Emission } from '../emission.ts';
import { splitCount, trips, tripsText } from '../grid.ts';
import { axisOfFours, loadsFour, loadsOf, sectorsAlong } from './access.ts';
import type { Bound } from './reader.ts';

export type FactorName = 'a' | 'b';

/** Whether a factor's elements are closer together along k than along its side. */
export function isAlongK(kernel: ContractKernel, name: FactorName): boolean {
  const along = (axes: readonly AxisId[]) => sectorsAlong(kernel, [kernel[name]], axes);
  return along(kernel.k) < along(sideOf(kernel, name));
}

/** The axis of its side along which a factor is fetched by four neighbours at once, if it is. */
export function axisOfFactorFours(kernel: ContractKernel, name: FactorName): AxisId | undefined {
  const four = axisOfFours(kernel, sideOf(kernel, name));
  if (four === undefined || isAlongK(kernel, name)) return undefined;
  return loadsOf(kernel, [kernel[name]]).some((id) => loadsFour(kernel, id, four)) ? four : undefined;
}

export function sideOf(kernel: ContractKernel, name: FactorName): readonly AxisId[] {
  return name === 'a' ? kernel.m : kernel.n;
}

export function isMultiple(kernel: ContractKernel, axes: readonly AxisId[], of: number): boolean {
  return axes.every((axis) => typeof kernel.axes[axis] === 'number') && trips(axes, kernel.axes) % of === 0;
}

/** How k is cut into parts, if it is: by whole steps. */
export interface Parts {
  readonly part: AxisId | undefined;
  readonly split: number;
  readonly step: number;
}

/**
 * Writes `k_begin` and `k_end` from `k_count` and `copy`, which counts products and their parts; gives the names of the
 * part's axis and of those of the batch.
 */
export function rangeOfK(e: Emission, kernel: ContractKernel, { part, split, step }: Parts): Bound {
  const bound: (readonly [AxisId, string])[] = [];
  if (part === undefined) e.write('let k_begin = 0;', 'let k_end = k_count;');
  else {
    e.write(
      `let part = copy % ${split};`,
      `let part_length = (k_count + ${split * step - 1}) / ${split * step} * ${step};`,
      'let k_begin = min(part * part_length, k_count);',
      'let k_end = min(k_begin + part_length, k_count);',
      `let product = copy / ${split};`,
    );
    bound.push([part, 'part']);
  }
  const { bound: batch, lines } = splitCount(e, kernel.batch, part === undefined ? 'copy' : 'product');
  e.write(...lines);
  return [...bound, ...batch];
}

/** Rows of tiles that are gone through column by column, so that what they share is still in the cache. */
const BAND = 8;

/** Results of a workgroup, steps along k, and parts of k. */
interface Tile {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly split: number;
}

/** Writes the extents of a product and where the workgroup's tile begins; gives the names of the batch. */
export function placeOfTile(
  e: Emission,
  kernel: ContractKernel,
  tile: Tile,
  part: AxisId | undefined,
): Bound {
  const { m, n, k, split } = tile;
  const count = (axes: readonly AxisId[]) => (axes.length > 0 ? tripsText(e, axes) : '1');
  e.write(
    `let m_count = ${count(kernel.m)};`,
    `let n_count = ${count(kernel.n)};`,
    `let k_count = ${count(kernel.k)};`,
    `let tiles_m = u32(m_count + ${m - 1}) / ${m}u;`,
    `let tiles_n = u32(n_count + ${n - 1}) / ${n}u;`,
    'let tiles = tiles_m * tiles_n;',
    'let tile = group % tiles;',
    `let band = tile / (${BAND}u * tiles_n) * ${BAND}u;`,
    `let band_height = min(tiles_m - band, ${BAND}u);`,
    'let in_band = tile - band * tiles_n;',
    `let m_begin = i32((band + in_band % band_height) * ${m}u);`,
    `let n_begin = i32(in_band / band_height * ${n}u);`,
    'let copy = i32(group / tiles);',
  );
  return rangeOfK(e, kernel, { part, split, step: k });
}

/** One side of a tile of results: where it begins and how long the whole side is, as i32 names. */
export interface Side {
  readonly axes: readonly AxisId[];
  readonly begin: string;
  readonly count: string;
  /** Whether tiles never reach beyond the end. */
  readonly even: boolean;
}

/** A side of a product, for tiles of this many results along it. */
export function sideOfTile(kernel: ContractKernel, side: 'm' | 'n', tile: number): Side {
  const axes = kernel[side];
  return { axes, begin: `${side}_begin`, count: `${side}_count`, even: isMultiple(kernel, axes, tile) };
}

/** Workgroups of a launch by tiles. */
export function groupsOfTiles(kernel: ContractKernel, tile: Tile, extents: readonly number[]): number {
  const count = (axes: readonly AxisId[]) => trips(axes, kernel.axes, extents);
  const tiles = Math.ceil(count(kernel.m) / tile.m) * Math.ceil(count(kernel.n) / tile.n);
  return count(kernel.batch) * tiles * tile.split;
}
