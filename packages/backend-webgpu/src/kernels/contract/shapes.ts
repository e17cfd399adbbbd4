/**
 * How a product is cut up, as numbers. A workgroup takes a tile of results and goes through k in steps; each of its
 * invocations holds a smaller tile of sums in registers. Few rows are another shape: lanes share k, or lie along n.
 */

import type { Target } from '../../target.ts';

export interface TileShape {
  readonly method: 'tile';
  /** Results of a workgroup, and steps along k that it keeps in its memory. Powers of two. */
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Results of an invocation: multiples of four. */
  readonly registerM: number;
  readonly registerN: number;
  /** Parts of k that are summed by different workgroups and added up afterwards. */
  readonly split: number;
  /** Steps along k that are written out one after another. */
  readonly unroll: number;
}

export interface RowsShape {
  readonly method: 'rows';
  /** Invocations that share a sum, and those beside them along n. Powers of two. */
  readonly lanesK: number;
  readonly lanesN: number;
  /** Neighbours that an invocation takes along each at a time: 1 or 4. */
  readonly vectorK: number;
  readonly vectorN: number;
  readonly split: number;
  readonly unroll: number;
}

/** Tiles whose factors are float16 and are multiplied by the matrix units of four subgroups. */
export interface MatrixShape {
  readonly method: 'matrix';
  /** Results of a workgroup, and steps along k that it keeps in its memory. Powers of two. */
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly split: number;
}

export interface LoopsShape {
  readonly method: 'loops';
}

export type ContractShape = TileShape | RowsShape | MatrixShape | LoopsShape;

export function invocationsOf({ m, n, registerM, registerN }: TileShape): number {
  return (m * n) / (registerM * registerN);
}

/**
 * Rows of vectors in workgroup memory. One vector more than is needed turns the accesses of neighbouring invocations to
 * other banks, where each writes into another row; two tiles let the next one be written while one is being read.
 */
export interface TileMemory {
  readonly pad: number;
  readonly buffers: number;
}

export function tileMemory({ m, n, k }: TileShape, { workgroupBytes }: Target): TileMemory | undefined {
  const choices: readonly TileMemory[] = [
    { pad: 1, buffers: 2 },
    { pad: 1, buffers: 1 },
    { pad: 0, buffers: 1 },
  ];
  return choices.find(({ pad, buffers }) => buffers * k * (m / 4 + n / 4 + 2 * pad) * 16 <= workgroupBytes);
}

/** Whether a device can run a tile, and each of its invocations has the same part in fetching it. */
export function tileFits(shape: TileShape, target: Target): boolean {
  const { m, n, k, registerM, registerN, unroll } = shape;
  const invocations = invocationsOf(shape);
  if (invocations > target.workgroupSize || !tileMemory(shape, target)) return false;
  if (![m, n, k].every((side) => Number.isInteger(Math.log2(side)))) return false;
  if (k % Math.min(k, unroll) !== 0) return false;
  if (registerM % 4 !== 0 || registerN % 4 !== 0 || registerM > m || registerN > n) return false;
  return [m, n].every((side) => invocations >= Math.max(side / 4, k) && ((side / 4) * k) % invocations === 0);
}

/** Subgroups that multiply, each a quarter of a tile; a workgroup has at least as many. */
export const MATRIX_SUBGROUPS = 4;

/** One vector more a row, of eight bytes, twice: rows of factors begin 16 bytes further in the banks. */
export const MATRIX_MEMORY: TileMemory = { pad: 2, buffers: 1 };

/** Invocations of a workgroup, of which subgroups of any size that occurs are at least four. */
export function matrixInvocations({ subgroups }: Target): number {
  return MATRIX_SUBGROUPS * (subgroups?.max ?? 0);
}

export function matrixFits({ m, n, k }: MatrixShape, target: Target): boolean {
  const { subgroupMatrix: unit, subgroups, f16, workgroupBytes, workgroupSize } = target;
  if (!unit || !f16 || subgroups?.ids !== true) return false;
  const invocations = matrixInvocations(target);
  const { pad, buffers } = MATRIX_MEMORY;
  const bytes = buffers * k * (m + n + 8 * pad) * 2 + m * n * 4;
  if (invocations > workgroupSize || bytes > workgroupBytes) return false;
  if (![m, n, k].every((side) => Number.isInteger(Math.log2(side)))) return false;
  const whole = m % (2 * unit.m) === 0 && n % (2 * unit.n) === 0 && k % unit.k === 0;
  return (
    whole &&
    [m, n].every((side) => invocations >= Math.max(side / 4, k) && ((side / 4) * k) % invocations === 0)
  );
}
