/**
 * The first half of a transform in two dimensions: down the columns of a row of tiles, on plain vectors of neighbouring
 * pixels, into a band of n rows. This is where padding, and what tiles reach beyond the image, becomes zeros.
 */

import type { MathContext, VectorLocal } from '../math/index.ts';
import { greater, i32, i8x16, lesser, v128 } from '../wasm/index.ts';
import type { Expr, FunctionRef, Local, ModuleBuilder } from '../wasm/index.ts';

/** (coordinate zero of the channel, first row, first column, a row of zeros, band, tiles). */
export type TransformDown = FunctionRef<readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], 'void'>;

export interface DownOptions {
  readonly name: string;
  readonly relaxed: boolean;
  /** One column of a tile to one column of the band. */
  readonly map: (m: MathContext, pixels: readonly VectorLocal[]) => VectorLocal[];
  /** Rows of a tile, and from one tile to the next. */
  readonly inputs: number;
  readonly step: number;
  /** The image's extents, and elements from one of its rows to the next. Rows have at least four elements. */
  readonly height: number;
  readonly width: number;
  readonly rowStep: number;
  /** Bytes from one row of the band to the next. */
  readonly bandPitch: number;
}

export function emitDown(module: ModuleBuilder, options: DownOptions): TransformDown {
  const { inputs, height, width, bandPitch } = options;
  const code = module.func(options.name, { params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] });
  const [plane, row, column, zeros, band, tiles] = code.params;
  const m: MathContext = { module, code, relaxed: options.relaxed };
  const pointers = Array.from({ length: inputs }, (_, i) => {
    const y = code.let(i32.add(row, i));
    const pointer = code.let(zeros);
    const inside = i32.add(plane, i32.mul(y, 4 * options.rowStep));
    code.if(i32.lt_u(y, height), () => code.set(pointer, inside));
    return pointer;
  });
  const reach = i32.add(i32.mul(tiles, options.step), inputs - options.step + 3);
  const end = code.let(i32.add(column, i32.and(reach, -4)));
  const whole = width - 4;
  const byteOfLane = code.constants.bytes(Uint8Array.from({ length: 16 }, (_, i) => i));
  const step = (load: (pointer: Local<'i32'>) => Expr<'v128'>): void => {
    const pixels = pointers.map((pointer) => code.let(load(pointer)));
    options.map(m, pixels).forEach((vector, i) => code.emit(v128.store(band, vector, i * bandPitch)));
    code.increment(band, 16);
  };

  const x = code.let(column);
  code.block((done) => {
    code.loop((next) => {
      code.brIf(done, i32.ge_s(x, end));
      code.if(i32.le_u(x, whole), () => {
        const at = code.let(i32.shl(x, 2));
        const last = code.let(i32.shl(lesser(end, whole + 1), 2));
        code.countedLoop(at, last, 16, () => step((pointer) => v128.load(i32.add(pointer, at))));
        code.set(x, i32.shr_s(at, 2));
        code.br(next);
      });
      // Across the edge of the image: the nearest vector inside, moved, with zeros coming in.
      const nearest = code.let(lesser(greater(x, 0), whole));
      const shift = code.let(i32.sub(x, nearest));
      code.set(shift, greater(lesser(shift, 4), -4));
      const picked = code.let(i8x16.add(byteOfLane, i8x16.splat(i32.shl(shift, 2))));
      step((pointer) => i8x16.swizzle(v128.load(i32.add(pointer, i32.shl(nearest, 2))), picked));
      code.increment(x, 4);
      code.br(next);
    });
  });
  return code;
}
