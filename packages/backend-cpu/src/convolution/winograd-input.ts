/**
 * Transforms a row of tiles of one channel: down the columns into a band of n rows, then along the rows, with four
 * neighbouring tiles in the lanes of a vector. What tiles share is loaded once, and results are stored as they are, one
 * vector for each of the n² positions.
 */

import { float32Lanes } from '../gemm/index.ts';
import type { MathContext, VectorLocal } from '../math/index.ts';
import { call, i32, i32x4, v128 } from '../wasm/index.ts';
import type { FunctionBuilder, FunctionRef, ModuleBuilder } from '../wasm/index.ts';
import type { Window } from './recognise.ts';
import type { Transform } from './transform.ts';
import { emitDown } from './winograd-down.ts';
import type { WinogradPlan } from './winograd-plan.ts';

/** (coordinate zero of the channel, first row, first column, workspace, target, tiles). */
export type TransformTiles = FunctionRef<readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], 'void'>;

export interface InputOptions {
  readonly name: string;
  readonly relaxed: boolean;
  readonly transform: Transform;
  readonly plan: WinogradPlan;
  readonly rows: Window;
  readonly columns: Window;
  /** Elements from one row of the image to the next. */
  readonly rowStep: number;
}

export function emitTransformTiles(module: ModuleBuilder, options: InputOptions): TransformTiles {
  const { name, plan } = options;
  const down = emitDown(module, {
    name: `${name}_down`,
    relaxed: options.relaxed,
    map: options.transform.input,
    inputs: plan.inputs,
    step: plan.outputs,
    height: options.rows.extent,
    width: options.columns.extent,
    rowStep: options.rowStep,
    bandPitch: plan.bandPitch,
  });
  const along = emitAlong(module, options);
  const code = module.func(name, { params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] });
  const [plane, row, column, workspace, target, tiles] = code.params;
  const band = code.let(i32.add(workspace, plan.workspace.band));
  const zeros = i32.add(workspace, plan.workspace.zeros);
  code.emit(call(down, plane, row, column, zeros, band, tiles));
  const quads = code.let(i32.shr_u(i32.add(tiles, 3), 2));
  for (let i = 0; i < plan.inputs; i++) {
    const out = i32.add(target, i * plan.inputs * plan.inputPlane);
    code.emit(call(along, i32.add(band, i * plan.bandPitch), out, quads));
  }
  return code;
}

/** (row of the band, target, groups of four tiles). */
function emitAlong(module: ModuleBuilder, { name, relaxed, transform, plan }: InputOptions) {
  const code = module.func(`${name}_along`, { params: ['i32', 'i32', 'i32'] });
  const [source, target, quads] = code.params;
  const m: MathContext = { module, code, relaxed };
  const end = code.let(i32.add(target, i32.shl(quads, 4)));
  code.countedLoop(target, end, 16, () => {
    const pixels = Array.from({ length: plan.outputs + 1 }, (_, i) => code.let(v128.load(source, 16 * i)));
    transform.input(m, lanesOfTiles(code, pixels)).forEach((vector, j) => {
      code.emit(v128.store(target, vector, j * plan.inputPlane));
    });
    code.increment(source, 16 * plan.outputs);
  });
  return code;
}

/** From neighbouring pixels to vectors over four tiles: vector i holds pixel i of each. */
function lanesOfTiles(code: FunctionBuilder, pixels: readonly VectorLocal[]): VectorLocal[] {
  const last = pixels[pixels.length - 1];
  const first =
    pixels.length === 3
      ? [
          code.let(i32x4.shuffle(pixels[0], pixels[1], [0, 2, 4, 6])),
          code.let(i32x4.shuffle(pixels[0], pixels[1], [1, 3, 5, 7])),
        ]
      : float32Lanes.transpose(code, pixels.slice(0, 4));
  // A tile's last two pixels are the first two of the next.
  return [
    ...first,
    code.let(i32x4.shuffle(first[0], last, [1, 2, 3, 4])),
    code.let(i32x4.shuffle(first[1], last, [1, 2, 3, 5])),
  ];
}
