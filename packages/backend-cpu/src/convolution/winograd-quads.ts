/**
 * Transforms a row of tiles of four channels at once, for a sum over tiles: channels are neighbours in the result, as
 * the product wants them. Down the columns each channel for itself; then its pixels become lanes beside those of the
 * other three, and the second half of the transform has nothing left to shuffle.
 */

import { float32Lanes } from '../gemm/index.ts';
import type { MathContext } from '../math/index.ts';
import { call, i32, v128 } from '../wasm/index.ts';
import type { FunctionRef, ModuleBuilder } from '../wasm/index.ts';
import type { DownOptions } from './winograd-down.ts';
import { emitDown } from './winograd-down.ts';

/** (coordinate zero of each channel, first row, first column, workspace, target, tiles). */
export type TransformQuads = FunctionRef<
  readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
  'void'
>;

export interface QuadOptions extends DownOptions {
  /** Rows and columns of a transformed tile. */
  readonly positions: number;
  /** Bytes from one tile to the next in the target, and from one position to the next. */
  readonly pitch: number;
  readonly plane: number;
  /** Bytes of the band of one channel, and where things stand in the workspace. */
  readonly bandBytes: number;
  readonly workspace: { readonly zeros: number; readonly bands: number; readonly columns: number };
}

export function emitTransformQuads(module: ModuleBuilder, options: QuadOptions): TransformQuads {
  const { name, positions, plane, bandPitch, bandBytes } = options;
  const down = emitDown(module, { ...options, name: `${name}_down` });
  const along = emitAlong(module, options);
  const code = module.func(name, {
    params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
  });
  const [p0, p1, p2, p3, row, column, workspace, target, tiles] = code.params;
  const zeros = code.let(i32.add(workspace, options.workspace.zeros));
  const bands = code.let(i32.add(workspace, options.workspace.bands));
  const columns = code.let(i32.add(workspace, options.workspace.columns));
  [p0, p1, p2, p3].forEach((channel, lane) => {
    code.emit(call(down, channel, row, column, zeros, i32.add(bands, lane * bandBytes), tiles));
  });
  for (let i = 0; i < positions; i++) {
    const out = i32.add(target, i * positions * plane);
    code.emit(call(along, i32.add(bands, i * bandPitch), columns, out, tiles));
  }
  return code;
}

/** (row of the first channel's band, columns, target, tiles). */
function emitAlong(module: ModuleBuilder, options: QuadOptions) {
  const { inputs, step, pitch, plane, bandBytes } = options;
  const code = module.func(`${options.name}_along`, { params: ['i32', 'i32', 'i32', 'i32'] });
  const [band, columns, target, tiles] = code.params;
  const m: MathContext = { module, code, relaxed: options.relaxed };
  const reach = code.let(i32.add(i32.mul(tiles, step), inputs - step + 3));
  const out = code.let(columns);
  const end = code.let(i32.add(band, i32.shl(i32.shr_u(reach, 2), 4)));
  code.countedLoop(band, end, 16, () => {
    const pixels = [0, 1, 2, 3].map((lane) => code.let(v128.load(band, lane * bandBytes)));
    float32Lanes.transpose(code, pixels).forEach((vector, i) => {
      code.emit(v128.store(out, vector, 16 * i));
    });
    code.increment(out, 64);
  });
  const t = code.let(i32.const(0));
  code.countedLoop(t, tiles, 1, () => {
    const pixels = Array.from({ length: inputs }, (_, j) => code.let(v128.load(columns, 16 * j)));
    options.map(m, pixels).forEach((vector, j) => code.emit(v128.store(target, vector, j * plane)));
    code.increment(columns, 16 * step);
    code.increment(target, pitch);
  });
  return code;
}
