/**
 * Transforms a row of tiles of one channel. First down the columns, on plain vectors of neighbouring pixels, into a band
 * of n rows; that is where padding becomes zeros. Then along the rows, with four neighbouring tiles in the lanes of a
 * vector: what tiles share is loaded once, and results are stored as they are, one vector for each of the n² positions.
 */

import { float32Lanes } from '../gemm/index.ts';
import type { MathContext, VectorLocal } from '../math/index.ts';
import { call, i32, i8x16, i32x4, greater, lesser, v128 } from '../wasm/index.ts';
import type { Expr, FunctionBuilder, FunctionRef, Local, ModuleBuilder } from '../wasm/index.ts';
import type { Window } from './recognise.ts';
import type { Transform } from './transform.ts';
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
  const down = emitDown(module, options);
  const along = emitAlong(module, options);
  const code = module.func(name, { params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] });
  const [plane, row, column, workspace, target, tiles] = code.params;
  const band = code.let(i32.add(workspace, plan.workspace.band));
  code.emit(call(down, plane, row, column, workspace, tiles));
  const quads = code.let(i32.shr_u(i32.add(tiles, 3), 2));
  for (let i = 0; i < plan.inputs; i++) {
    const out = i32.add(target, i * plan.inputs * plan.inputPlane);
    code.emit(call(along, i32.add(band, i * plan.bandPitch), out, quads));
  }
  return code;
}

/** (coordinate zero, first row, first column, workspace, tiles): the band. */
function emitDown(module: ModuleBuilder, options: InputOptions) {
  const { name, relaxed, transform, plan, rows, columns, rowStep } = options;
  const code = module.func(`${name}_down`, { params: ['i32', 'i32', 'i32', 'i32', 'i32'] });
  const [plane, row, column, workspace, tiles] = code.params;
  const m: MathContext = { module, code, relaxed };
  const pointers = Array.from({ length: plan.inputs }, (_, i) => {
    const y = code.let(i32.add(row, i));
    const pointer = code.let(i32.add(workspace, plan.workspace.zeros));
    code.if(i32.lt_u(y, rows.extent), () => code.set(pointer, i32.add(plane, i32.mul(y, 4 * rowStep))));
    return pointer;
  });
  const out = code.let(i32.add(workspace, plan.workspace.band));
  const x = code.let(column);
  const vectors = i32.shr_u(i32.add(i32.mul(tiles, plan.outputs), 5), 2);
  const end = code.let(i32.add(column, i32.shl(vectors, 2)));
  const whole = code.let(i32.const(columns.extent - 4));
  const byteOfLane = code.constants.bytes(Uint8Array.from({ length: 16 }, (_, i) => i));

  const store = (load: (pointer: Local<'i32'>) => Expr<'v128'>): void => {
    const inputs = pointers.map((pointer) => code.let(load(pointer)));
    transform.input(m, inputs).forEach((vector, i) => {
      code.emit(v128.store(out, vector, i * plan.bandPitch));
    });
  };
  const step = (): void => {
    code.increment(out, 16);
    code.increment(x, 4);
  };
  /** Vectors across the edge of the image: the nearest inside, moved, with zeros coming in. */
  const acrossEdge = (): void => {
    const nearest = code.let(lesser(greater(x, 0), whole));
    const shift = code.let(i32.sub(x, nearest));
    code.set(shift, greater(lesser(shift, 4), -4));
    const picked = code.let(i8x16.add(byteOfLane, i8x16.splat(i32.shl(shift, 2))));
    store((pointer) => i8x16.swizzle(v128.load(i32.add(pointer, i32.shl(nearest, 2))), picked));
  };
  code.block((done) => {
    code.loop((next) => {
      code.brIf(done, i32.ge_s(x, end));
      code.if(i32.le_u(x, whole), () => {
        const inside = code.let(lesser(end, columns.extent - 3));
        const at = code.let(i32.shl(x, 2));
        const last = code.let(i32.shl(inside, 2));
        const moving = pointers.map((pointer) => pointer);
        code.countedLoop(at, last, 16, () => {
          const inputs = moving.map((pointer) => code.let(v128.load(i32.add(pointer, at))));
          transform.input(m, inputs).forEach((vector, i) => {
            code.emit(v128.store(out, vector, i * plan.bandPitch));
          });
          code.increment(out, 16);
        });
        code.set(x, i32.shr_s(at, 2));
        code.br(next);
      });
      acrossEdge();
      step();
      code.br(next);
    });
  });
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
