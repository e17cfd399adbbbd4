/**
 * The one product that attention is made of: panels of a few rows times a block of lanes. Lanes are queries (or, for
 * the gradients of keys, keys), as many as a tile has columns, so that everything done to a score afterwards is done to
 * vectors and sums along a row need no step across lanes.
 */

import { float32Lanes } from '../gemm/lane-type.ts';
import { allocateTile, emitTileLoop, tileRows, tileVectors } from '../gemm/tile-kernel.ts';
import { i32, v128 } from '../wasm/index.ts';
import type { Expr, FunctionRef, ModuleBuilder } from '../wasm/index.ts';

/** What code for blocks of lanes depends on. */
export interface Shape {
  /** Use relaxed SIMD's multiply-add. */
  readonly relaxed: boolean;
  /** Lanes of a block. */
  readonly lanes: number;
}

/** The lanes of a block; twice as many where neighbouring vectors are paired in one register. */
export function lanesOf(paired: boolean): number {
  return tileVectors(paired) * float32Lanes.lanes;
}

/** The bytes of a row of lanes. */
export function rowBytes({ lanes }: Shape): number {
  return lanes * float32Lanes.bytes;
}

/** Where the vectors of a row of lanes stand. */
export function vectorOffsets(shape: Shape): number[] {
  return Array.from({ length: rowBytes(shape) / 16 }, (_, i) => 16 * i);
}

/**
 * (panels, lanes, steps, target, count, bytes of a panel, whether to add): target[row][lane], row after row through
 * all panels, is the sum over the steps of panel[step][row] · lanes[step][lane].
 */
export type Multiply = FunctionRef<readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'], 'void'>;

export function emitMultiply(module: ModuleBuilder, name: string, shape: Shape): Multiply {
  const { relaxed } = shape;
  const rows = tileRows(relaxed);
  const code = module.func(name, { params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] });
  const [panels, lanes, steps, target, count, panelBytes, add] = code.params;
  const tile = allocateTile(code, rows, vectorOffsets(shape).length);
  const zero = code.constants.f32x4(0);
  const panel = code.local('i32');
  code.countedLoop(panel, count, 1, () => {
    code.if(
      add,
      () => tile.flat().forEach((sum, i) => code.set(sum, v128.load(target, 16 * i))),
      () => tile.flat().forEach((sum) => code.set(sum, zero)),
    );
    emitTileLoop(code, float32Lanes, relaxed, tile, rows, code.let(panels), code.let(lanes), steps);
    tile.flat().forEach((sum, i) => code.emit(v128.store(target, sum, 16 * i)));
    code.increment(panels, panelBytes);
    code.increment(target, rows * rowBytes(shape));
  });
  return code;
}

/** How many panels so many rows take, known or at run time. */
export function panelsOf(rows: number, panelRows: number): number {
  return Math.ceil(rows / panelRows);
}

export function countPanels(rows: Expr<'i32'>, panelRows: number): Expr<'i32'> {
  return i32.div_u(i32.add(rows, panelRows - 1), panelRows);
}
