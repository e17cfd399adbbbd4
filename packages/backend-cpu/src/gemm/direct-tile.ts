/** The sums of one tile over all of k, read from operands as they lie: the two forms of a direct product. */

import type { MathContext } from '../math/index.ts';
import { i32, select, v128 } from '../wasm/index.ts';
import type { Expr, Local } from '../wasm/index.ts';
import type { ElementReader } from './element-reader.ts';
import type { LaneType } from './lane-type.ts';
import type { Tile } from './tile-kernel.ts';

export interface DirectOperand {
  readonly reader: ElementReader;
  /** The address at index zero. */
  readonly base: Local<'i32'>;
  readonly outerBytes: number;
  readonly kBytes: number;
}

export interface DirectTile {
  readonly tile: Tile;
  readonly row: number;
  readonly column: Local<'i32'>;
  /** Columns that exist, where they are fewer than a vector: the others repeat the last. */
  readonly valid: Local<'i32'> | undefined;
}

export type EmitDirectTile = (
  m: MathContext,
  type: LaneType,
  a: DirectOperand,
  b: DirectOperand,
  at: DirectTile,
  count: Local<'i32'>,
) => void;

function clear(m: MathContext, tile: Tile): void {
  for (const sum of tile.flat()) m.code.set(sum, m.code.constants.i32x4(0));
}

/** The addresses of the columns of one vector, at k = 0. */
function columnPointers(m: MathContext, type: LaneType, b: DirectOperand, at: DirectTile): Local<'i32'>[] {
  const { code } = m;
  const first = code.let(i32.add(b.base, i32.mul(at.column, b.outerBytes)));
  const { valid } = at;
  return Array.from({ length: type.lanes }, (_, lane) => {
    if (valid === undefined) return code.let(i32.add(first, lane * b.outerBytes));
    const last = code.let(i32.sub(valid, 1));
    const index = select(i32.const(lane), last, i32.lt_s(lane, last));
    return code.let(i32.add(first, i32.mul(index, b.outerBytes)));
  });
}

/** b's columns are neighbours: each k adds the row of b, times an element of a per row of the tile. */
export const emitColumnSums: EmitDirectTile = (m, type, a, b, at, count) => {
  const { code } = m;
  const { tile } = at;
  clear(m, tile);
  const aPointer = code.let(i32.add(a.base, at.row * a.outerBytes));
  const pointers = at.valid === undefined ? undefined : columnPointers(m, type, b, at);
  const bPointer = code.let(i32.add(b.base, i32.mul(at.column, b.outerBytes)));
  const k = code.local('i32');
  code.set(k, 0);
  code.countedLoop(k, count, 1, () => {
    const columns = tile[0].map((_, v) => {
      if (pointers === undefined) {
        return code.let(b.reader.loadVector(m, bPointer, v * type.lanes * b.reader.bytes));
      }
      const bits = code.let(code.constants.i32x4(0));
      pointers.forEach((pointer, lane) => code.set(bits, b.reader.gatherLane(pointer, bits, lane)));
      return code.let(b.reader.convert(m, bits));
    });
    tile.forEach((row, r) => {
      const splat = code.let(a.reader.loadSplat(m, i32.add(aPointer, r * a.outerBytes)));
      row.forEach((sum, v) => code.set(sum, type.multiplyAdd(splat, columns[v], sum, m.relaxed)));
    });
    code.increment(aPointer, a.kBytes);
    for (const pointer of pointers ?? [bPointer]) code.increment(pointer, b.kBytes);
  });
};

/** k are neighbours in both operands: dot products of vectors along k, of a vector of columns with each row. */
export const emitDotProducts: EmitDirectTile = (m, type, a, b, at, count) => {
  const { code } = m;
  const { tile } = at;
  const aPointers = tile.map((_, r) => code.let(i32.add(a.base, (at.row + r) * a.outerBytes)));
  const bPointers = columnPointers(m, type, b, at);
  const dots = tile.map(() => bPointers.map(() => code.local('v128')));
  clear(m, dots);
  const accumulate = (load: (reader: ElementReader, pointer: Local<'i32'>) => Expr<'v128'>): void => {
    const rows = aPointers.map((pointer) => code.let(load(a.reader, pointer)));
    bPointers.forEach((pointer, c) => {
      const column = code.let(load(b.reader, pointer));
      rows.forEach((row, r) => code.set(dots[r][c], type.multiplyAdd(row, column, dots[r][c], m.relaxed)));
    });
  };
  const advance = (steps: number): void => {
    for (const pointer of aPointers) code.increment(pointer, steps * a.kBytes);
    for (const pointer of bPointers) code.increment(pointer, steps * b.kBytes);
  };

  const k = code.local('i32');
  code.set(k, 0);
  const whole = code.let(i32.and(count, -type.lanes));
  code.countedLoop(k, whole, type.lanes, () => {
    accumulate((reader, pointer) => reader.loadVector(m, pointer));
    advance(type.lanes);
  });
  // The rest one by one: lane 0 counts, the others are cleared.
  const firstLane = code.constants.bytes(
    Uint8Array.from({ length: 16 }, (_, i) => (i < type.bytes ? 255 : 0)),
  );
  code.countedLoop(k, count, 1, () => {
    accumulate((reader, pointer) => v128.and(reader.loadOne(m, pointer), firstLane));
    advance(1);
  });
  // Lane c of the result is the sum over the lanes of column c.
  dots.forEach((columns, r) => {
    const [first, ...rest] = type.transpose(code, columns);
    const sum = rest.reduce<Expr<'v128'>>((total, part) => type.add(total, part), first);
    code.set(tile[r][0], sum);
  });
};
