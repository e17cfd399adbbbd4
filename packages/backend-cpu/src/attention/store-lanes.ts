/** Writes what was computed in lanes, a row of them for each column of the result, token by token. */

import { float32Lanes } from '../gemm/lane-type.ts';
import { i32, v128 } from '../wasm/index.ts';
import type { FunctionRef, ModuleBuilder } from '../wasm/index.ts';
import { rowBytes, vectorOffsets } from './tiles.ts';
import type { Shape } from './tiles.ts';

/** (rows of lanes, target): the lanes' tokens, `pitch` numbers apart, get `columns` numbers each. */
export type StoreLanes = FunctionRef<readonly ['i32', 'i32'], 'void'>;

export function emitStoreLanes(
  module: ModuleBuilder,
  name: string,
  shape: Shape,
  columns: number,
  pitch: number,
): StoreLanes {
  const code = module.func(name, { params: ['i32', 'i32'] });
  const [source, target] = code.params;
  const bytes = rowBytes(shape);
  const token = (lane: number) => 4 * pitch * lane;
  const column = code.local('i32');
  code.countedLoop(column, i32.const(columns - (columns % 4)), 4, () => {
    vectorOffsets(shape).forEach((offset, vector) => {
      const rows = [0, 1, 2, 3].map((i) => code.let(v128.load(source, i * bytes + offset)));
      float32Lanes
        .transpose(code, rows)
        .forEach((numbers, i) => code.emit(v128.store(target, numbers, token(4 * vector + i))));
    });
    code.increment(source, 4 * bytes);
    code.increment(target, 16);
  });
  for (let rest = 0; rest < columns % 4; rest++) {
    for (let lane = 0; lane < shape.lanes; lane++) {
      const vector = code.let(v128.load(source, rest * bytes + 16 * (lane >> 2)));
      code.emit(v128.store32_lane(target, vector, lane % 4, token(lane) + 4 * rest));
    }
  }
  return code;
}
