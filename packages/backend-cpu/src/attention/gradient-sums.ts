/**
 * The gradient of queries from what each part of the keys gave: for every query the sum over the parts, in their order,
 * times the scale.
 */

import { f32x4, i32, lesser, v128 } from '../wasm/index.ts';
import type { FunctionBuilder, ModuleBuilder } from '../wasm/index.ts';
import type { AttentionSpec } from './spec.ts';
import { rowBytes } from './tiles.ts';
import type { AttentionPhase } from './unit-code.ts';

/** Queries of a unit. */
const ROWS = 64;

export interface PartialSums {
  /** Parts of the keys of a batch index; few. */
  readonly parts: number;
  /** Bytes of a column of lanes, one row a query, and of all columns of a part. */
  readonly columnBytes: number;
  readonly partBytes: number;
  /** Numbers of a batch index in the result. */
  readonly pitch: number;
}

export function emitGradientSums(
  module: ModuleBuilder,
  spec: AttentionSpec,
  { parts, columnBytes, partBytes, pitch }: PartialSums,
): AttentionPhase {
  const { queries, depth, lanes } = spec;
  const bytes = rowBytes(spec);
  const blocks = Math.ceil(queries / ROWS);
  const code = module.func(spec.sumsName, { params: ['i32', 'i32', 'i32'], export: true });
  const [args, begin, end] = code.params;
  const factor = code.let(spec.scale(code as FunctionBuilder, args));
  const result = code.let(spec.output(args));
  const scratch = code.let(spec.scratch(args));
  const source = code.local('i32');
  const target = code.local('i32');

  /** So many numbers of a column of lanes. */
  const sum = (count: number) => {
    for (let lane = 0; lane < count; lane += 4) {
      const total = code.let(v128.load(source, 4 * lane));
      for (let part = 1; part < parts; part++)
        code.set(total, f32x4.add(total, v128.load(source, part * partBytes + 4 * lane)));
      code.set(total, f32x4.mul(total, factor));
      if (lane + 4 <= count) code.emit(v128.store(target, total, 4 * lane));
      else for (let i = lane; i < count; i++) code.emit(v128.store32_lane(target, total, i - lane, 4 * i));
    }
  };

  const unit = code.let(begin);
  code.countedLoop(unit, end, 1, () => {
    const batch = code.let(i32.div_u(unit, blocks));
    const first = code.let(i32.mul(i32.rem_u(unit, blocks), ROWS));
    const count = code.let(lesser(code.let(i32.sub(queries, first)), ROWS));
    const row = code.let(i32.add(scratch, i32.add(i32.mul(batch, parts * partBytes), i32.mul(first, bytes))));
    code.set(target, i32.add(result, i32.mul(i32.add(i32.mul(batch, pitch), i32.mul(first, depth)), 4)));
    const at = code.let(i32.const(0));
    code.countedLoop(at, count, 1, () => {
      code.set(source, row);
      const column = code.let(i32.const(0));
      code.countedLoop(column, i32.const(Math.floor(depth / lanes)), 1, () => {
        sum(lanes);
        code.increment(source, columnBytes);
        code.increment(target, 4 * lanes);
      });
      sum(depth % lanes);
      code.increment(target, 4 * (depth % lanes));
      code.increment(row, bytes);
    });
  });
  const units = spec.batch.reduce((n, extent) => n * extent, blocks);
  return { units, operations: units * ROWS * depth * (parts + 1) };
}
