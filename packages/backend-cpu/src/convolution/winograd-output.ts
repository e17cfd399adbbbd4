/** Transforms a row of tiles of one filter back, into rows of outputs that lie side by side. */

import { float32Lanes } from '../gemm/index.ts';
import type { MathContext, VectorLocal } from '../math/index.ts';
import { i32, i32x4, v128 } from '../wasm/index.ts';
import type { FunctionBuilder, FunctionRef, ModuleBuilder } from '../wasm/index.ts';
import type { Transform } from './transform.ts';
import type { WinogradPlan } from './winograd-plan.ts';

/** (products, rows of outputs, tiles). */
export type UntransformTiles = FunctionRef<readonly ['i32', 'i32', 'i32'], 'void'>;

export interface OutputOptions {
  readonly name: string;
  readonly relaxed: boolean;
  readonly transform: Transform;
  readonly plan: WinogradPlan;
}

export function emitUntransformTiles(
  module: ModuleBuilder,
  { name, relaxed, transform, plan }: OutputOptions,
): UntransformTiles {
  const code = module.func(name, { params: ['i32', 'i32', 'i32'] });
  const [source, target, tiles] = code.params;
  const m: MathContext = { module, code, relaxed };
  const { inputs, outputs, outputPlane, rowPitch } = plan;
  const all = Array.from({ length: inputs }, (_, i) => i);
  const end = code.let(i32.add(source, i32.shl(tiles, 2)));
  code.countedLoop(source, end, 16, () => {
    const columns = all.map((j) =>
      transform.output(
        m,
        all.map((i) => code.let(v128.load(source, (i * inputs + j) * outputPlane))),
      ),
    );
    for (let row = 0; row < outputs; row++) {
      const values = transform.output(
        m,
        columns.map((column) => column[row]),
      );
      pixelsOfTiles(code, values).forEach((vector, v) => {
        code.emit(v128.store(target, vector, row * rowPitch + 16 * v));
      });
    }
    code.increment(target, 16 * outputs);
  });
  return code;
}

/** From vectors over four tiles to neighbouring pixels. */
function pixelsOfTiles(code: FunctionBuilder, values: readonly VectorLocal[]): VectorLocal[] {
  if (values.length === 4) return float32Lanes.transpose(code, values);
  const [even, odd] = values;
  return [code.let(i32x4.shuffle(even, odd, [0, 4, 1, 5])), code.let(i32x4.shuffle(even, odd, [2, 6, 3, 7]))];
}
