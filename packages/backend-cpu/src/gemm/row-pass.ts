/**
 * The inner loop of products of few rows: one row of results plus a few rows of b, each times an element of a. The
 * one function that reads memory at its full speed: four vectors an iteration, one stream.
 */

import type { MathContext } from '../math/index.ts';
import { i32, v128 } from '../wasm/index.ts';
import type { Expr, FunctionRef, ModuleBuilder } from '../wasm/index.ts';
import type { ElementReader } from './element-reader.ts';
import type { LaneType } from './lane-type.ts';
import { lanePointers } from './panel.ts';

/** (results, columns, rows of b, elements of a, where converted rows are staged). */
export type RowPass = FunctionRef<readonly ['i32', 'i32', 'i32', 'i32', 'i32'], 'void'>;

export interface RowPassOptions {
  readonly name: string;
  readonly type: LaneType;
  readonly relaxed: boolean;
  /** Rows of b. */
  readonly steps: number;
  readonly a: ElementReader;
  readonly b: ElementReader;
  /** Bytes from one step of k to the next. */
  readonly aBytes: number;
  readonly bBytes: number;
  /** The number of columns may be no multiple of the lanes, and nothing beyond them may be read. */
  readonly tail: boolean;
  /** Rows of b reach to whole vectors. */
  readonly padded?: boolean;
  /** Writes the row, converted, to the staging area. */
  readonly stages: boolean;
}

/** Vectors an iteration for one row of b, and for several: their loads are all done first and must fit the registers. */
const UNROLL = { one: 4, several: 2 } as const;

export function emitRowPass(module: ModuleBuilder, options: RowPassOptions): RowPass {
  const { type, relaxed, steps, a, b, aBytes, bBytes, tail, padded, stages } = options;
  const code = module.func(options.name, { params: ['i32', 'i32', 'i32', 'i32', 'i32'] });
  const m: MathContext = { module, code, relaxed };
  const [result, columns, bAt, aAt, staging] = code.params;
  const stepIndices = Array.from({ length: steps }, (_, step) => step);
  const factors = stepIndices.map((step) => code.let(a.loadSplat(m, i32.add(aAt, step * aBytes))));
  const pointers = stepIndices.map((step) => code.let(i32.add(bAt, step * bBytes)));
  const add = (rows: readonly Expr<'v128'>[], offset: number): void => {
    let sum: Expr<'v128'> = v128.load(result, offset);
    rows.forEach((row, step) => {
      let vector = row;
      if (stages) {
        const converted = code.let(vector);
        code.emit(v128.store(staging, converted, offset));
        vector = converted;
      }
      sum = type.multiplyAdd(factors[step], vector, sum, relaxed);
    });
    code.emit(v128.store(result, sum, offset));
  };
  const vectors = (limit: Expr<'i32'>, count: number): void => {
    code.countedLoop(result, limit, 16 * count, () => {
      const loaded = pointers.map((pointer) => b.loadVectors(m, pointer, count));
      for (let v = 0; v < count; v++) {
        add(
          loaded.map((row) => row[v]),
          16 * v,
        );
      }
      for (const pointer of pointers) code.increment(pointer, count * type.lanes * b.bytes);
      if (stages) code.increment(staging, 16 * count);
    });
  };

  const left = code.let(i32.and(columns, type.lanes - 1));
  const count = padded ? i32.add(columns, type.lanes - 1) : columns;
  const end = code.let(i32.add(result, i32.mul(i32.and(count, -type.lanes), type.bytes)));
  const unroll = steps === 1 ? UNROLL.one : UNROLL.several;
  vectors(i32.sub(end, 16 * (unroll - 1)), unroll);
  vectors(end, 1);
  if (!tail) return code;
  // The last columns are read one by one; lanes beyond them are computed and never used.
  code.if(left, () => {
    const rows = pointers.map((pointer) => {
      const bits = code.let(code.constants.i32x4(0));
      lanePointers(code, pointer, type.lanes, b.bytes, left).forEach((lanePointer, lane) => {
        code.set(bits, b.gatherLane(lanePointer, bits, lane));
      });
      return b.convert(m, bits);
    });
    add(rows, 0);
  });
  return code;
}
