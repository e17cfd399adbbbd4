/**
 * The first phase: transforms all filters into panels, [group][position][panel][channel][filters of the panel]. It
 * runs once for each call, whatever the number of images.
 */

import { addTask } from '../codegen/functions.ts';
import type { FunctionTarget, Phase } from '../codegen/functions.ts';
import { chunksOf, float32Lanes, storeChunk } from '../gemm/index.ts';
import type { MathContext, VectorLocal } from '../math/index.ts';
import { i32, v128 } from '../wasm/index.ts';
import type { Expr, FunctionBuilder, Local } from '../wasm/index.ts';
import { bytesAt, digitsOf } from './addresses.ts';
import type { Convolution } from './recognise.ts';
import type { Transform } from './transform.ts';
import type { WinogradPlan } from './winograd-plan.ts';

export function emitWeights(
  target: FunctionTarget,
  convolution: Convolution,
  plan: WinogradPlan,
  transform: Transform,
  weightsOf: (args: Local<'i32'>) => Expr<'i32'>,
): Phase {
  const { index, code, args, begin, end } = addTask(target);
  const m: MathContext = { module: target.module, code, relaxed: target.relaxed };
  const { filter, groups, filters, channels } = convolution;
  const { steps } = filter;
  const { panelRows, panels } = plan;
  const units = plan.groups * panels * plan.channels;

  const base = code.let(i32.add(filter.address(args), 4 * steps.offset));
  const weights = code.let(weightsOf(args));
  const unit = code.let(begin);
  code.countedLoop(unit, end, 1, () => {
    const [group, panel, channel] = digitsOf(code, unit, [panels, plan.channels]);
    const start = i32.add(
      base,
      bytesAt(code, args, 4, [
        [groups, steps.groups, group],
        [channels, steps.channels, channel],
      ]),
    );
    const corner = code.let(start);
    const out = code.let(i32.add(weights, i32.mul(group, plan.weightGroup)));
    const step = i32.add(i32.mul(panel, plan.channels), channel);
    code.increment(out, i32.mul(step, panelRows * 4));
    // The last panel repeats the last filter.
    const pointers = Array.from({ length: panelRows }, (_, row) => {
      const at = code.let(i32.add(i32.mul(panel, panelRows), row));
      code.if(i32.ge_u(at, plan.filters), () => code.set(at, plan.filters - 1));
      return code.let(i32.add(corner, bytesAt(code, args, 4, [[filters, steps.filters, at]])));
    });
    for (const chunk of chunksOf(panelRows, float32Lanes)) {
      const lanes = pointers.slice(chunk.start, chunk.start + chunk.width);
      const tap = (row: number, column: number): VectorLocal =>
        gather(code, lanes, 4 * (row * steps.row + column * steps.column));
      const columns = [0, 1, 2].map((column) =>
        transform.weights(
          m,
          [0, 1, 2].map((row) => tap(row, column)),
        ),
      );
      for (let i = 0; i < plan.inputs; i++) {
        const row = columns.map((column) => column[i]);
        transform.weights(m, row).forEach((vector, j) => {
          const position = i * plan.inputs + j;
          storeChunk(code, float32Lanes, out, chunk, vector, position * plan.weightPlane);
        });
      }
    }
  });
  return { function: index, grid: () => units, grain: 1, nanoseconds: 12 * plan.inputs };
}

/** One element from each pointer, at the same distance in bytes; no distance is assumed to be positive. */
function gather(code: FunctionBuilder, pointers: readonly Local<'i32'>[], offset: number): VectorLocal {
  const vector = code.let(v128.load32_zero(i32.add(pointers[0], offset)));
  pointers.slice(1).forEach((pointer, i) => {
    code.set(vector, v128.load32_lane(i32.add(pointer, offset), vector, i + 1));
  });
  return vector;
}
