/**
 * Tables of where a block of one linear index (lanes or k) stands in an operand. Affine offsets are
 * separable, so the element at (lane, k) is at the lane's offset plus k's offset; it is inside the operand
 * where for every guard the lane's coordinate plus k's lies in [0, extent).
 *
 * A table has one plane per quantity, of four-byte integers: the offset in bytes, how many indices are left
 * in the innermost axis (a run), and one coordinate per guard. In front stand sixteen zero bytes, to which
 * reads outside the operand are sent, and the least and greatest coordinate per guard.
 */

import { greater, i32, lesser, v128 } from '../wasm/index.ts';
import type { Expr, FunctionRef, ModuleBuilder } from '../wasm/index.ts';
import { extentValue, mapAt, mergeAxes, splitIndex } from './axes.ts';
import type { Axis } from './axes.ts';
import type { Extent, SourceGuard } from './spec.ts';

/** (args, table, batch, first index, count, count padded): fills a table; padding repeats the last index with no run. */
export type FillTable = FunctionRef<readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], 'void'>;

export interface TableShape {
  /** Merged axes; map 0 is the offset, map 1 + g guard g. */
  readonly axes: readonly Axis[];
  readonly guards: number;
  /** Bytes from one plane to the next. */
  readonly plane: number;
  readonly bytes: number;
}

const ZEROS = 16;
/** Indices behind the last one: a panel of the widest tile and a group of k. */
const PADDING = 24;

/** The shape of a table of up to `capacity` indices. */
export function tableShape(
  extents: readonly Extent[],
  steps: readonly number[],
  guardSteps: readonly (readonly number[])[],
  capacity: number,
): TableShape {
  const guards = guardSteps.length;
  const plane = 4 * (capacity + PADDING);
  return {
    axes: mergeAxes(extents, [steps, ...guardSteps]),
    guards,
    plane,
    bytes: ZEROS + 8 * guards + (2 + guards) * plane,
  };
}

/** Byte positions in a table, for index 0. */
export const position = {
  leastCoordinate: (guard: number): number => ZEROS + 8 * guard,
  greatestCoordinate: (guard: number): number => ZEROS + 8 * guard + 4,
  offset: (shape: TableShape): number => ZEROS + 8 * shape.guards,
  run: (shape: TableShape): number => ZEROS + 8 * shape.guards + shape.plane,
  coordinate: (shape: TableShape, guard: number): number =>
    ZEROS + 8 * shape.guards + (2 + guard) * shape.plane,
};

/** The step of a map along the innermost axis (map 0 is the offset, in elements); 0 where there is but one index. */
export function innermostStep(shape: TableShape, map = 0): number {
  return shape.axes.at(-1)?.steps[map] ?? 0;
}

/**
 * The function that fills a table. The guards' constant parts and their steps along the batch belong to one
 * of an operand's two tables: `guards` is given for that one only.
 */
export function emitFillTable(
  module: ModuleBuilder,
  name: string,
  shape: TableShape,
  elementBytes: number,
  batch: readonly Extent[],
  guards: readonly SourceGuard[],
): FillTable {
  const code = module.func(name, { params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] });
  const [args, table, batchIndex, first, count, padded] = code.params;
  const { axes } = shape;

  const indices = splitIndex(code, axes, first, args);
  const extents = axes.map((axis) => code.let(extentValue(axis.extent, args)));
  const scale = (map: number): number => (map === 0 ? elementBytes : 1);
  const atFirst = (map: number): Expr<'i32'> =>
    axes
      .map((axis, a) => i32.mul(indices[a], axis.steps[map] * scale(map)))
      .reduce((sum: Expr<'i32'>, term) => i32.add(sum, term), i32.const(0));
  /** The offset and the coordinates at the current index. */
  const values = Array.from({ length: 1 + shape.guards }, (_, map) => code.let(atFirst(map)));
  guards.forEach((guard, g) => {
    const batchPart = mapAt(code, mergeAxes(batch, [guard.batch]), 0, batchIndex, 1, args);
    code.set(values[1 + g], i32.add(values[1 + g], i32.add(batchPart, guard.offset)));
  });

  const innermost = axes.length - 1;
  const run = code.let(axes.length === 0 ? i32.const(1) : i32.sub(extents[innermost], indices[innermost]));
  const entry = code.let(table);
  const store = (runLeft: Expr<'i32'>): void => {
    code.emit(i32.store(entry, values[0], position.offset(shape)));
    code.emit(i32.store(entry, runLeft, position.run(shape)));
    for (let g = 0; g < shape.guards; g++) {
      code.emit(i32.store(entry, values[1 + g], position.coordinate(shape, g)));
    }
    code.increment(entry, 4);
  };

  /** Moves all values along one axis. */
  const advance = (axis: number, by: Expr<'i32'>): void => {
    values.forEach((value, map) => {
      const step = axes[axis].steps[map] * scale(map);
      if (step !== 0) code.increment(value, i32.mul(by, step));
    });
  };
  const carry = (axis: number): void => {
    if (axis < 0) return;
    code.increment(indices[axis], 1);
    advance(axis, i32.const(1));
    if (axis === 0) return;
    code.if(i32.eq(indices[axis], extents[axis]), () => {
      code.set(indices[axis], 0);
      advance(axis, i32.sub(0, extents[axis]));
      carry(axis - 1);
    });
  };

  code.emit(v128.store(table, code.constants.i32x4(0)));
  const bounds = Array.from({ length: shape.guards }, () => ({
    least: code.let(i32.const(0x7fffffff)),
    greatest: code.let(i32.const(-0x80000000)),
  }));
  const i = code.local('i32');
  code.countedLoop(i, count, 1, () => {
    store(run);
    bounds.forEach(({ least, greatest }, g) => {
      const value = values[1 + g];
      code.set(least, lesser(value, least));
      code.set(greatest, greater(value, greatest));
    });
    // The values stay at the last index for the padding.
    code.if(i32.ne(i32.add(i, 1), count), () => {
      code.increment(run, -1);
      if (innermost < 0) return;
      advance(innermost, i32.const(1));
      code.if(i32.eqz(run), () => {
        code.set(run, extents[innermost]);
        advance(innermost, i32.sub(0, extents[innermost]));
        carry(innermost - 1);
      });
    });
  });
  code.countedLoop(i, padded, 1, () => store(i32.const(0)));
  bounds.forEach(({ least, greatest }, g) => {
    code.emit(i32.store(table, least, position.leastCoordinate(g)));
    code.emit(i32.store(table, greatest, position.greatestCoordinate(g)));
  });
  return code;
}

/** `entry` is the address of a table moved on by four bytes per index. */
export function tableEntry(table: Expr<'i32'>, index: Expr<'i32'>): Expr<'i32'> {
  return i32.add(table, i32.shl(index, 2));
}
